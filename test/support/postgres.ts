/**
 * A real PostgreSQL server for the tests of one file. It listens on a socket in a folder of its own only, and is gone when the file is over,
 * also if the file is killed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/** Where Debian puts a folder for each version. */
const VERSIONS = '/usr/lib/postgresql'
const INSTALL = 'apt-get install -y --no-install-recommends postgresql'

const programs = newest()

/** Why tests that need the server are skipped. Empty if they are not. CI skips nothing. */
export const NO_POSTGRES = programs === undefined && !process.env.CI ? `needs PostgreSQL; ${INSTALL}` : ''

/** Returns the folder with the programs of the newest version that is installed. */
function newest(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  const versions = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(VERSIONS, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

/**
 * Stops the server when its input ends, or has a line. Without a line its parent was killed, and it removes the folder. Its arguments are the
 * folder, and the command.
 */
const GUARD = `
trap '' INT
folder=$1; shift
"$@" 2>&1 </dev/null & server=$!
exec >/dev/null
read -r _; status=$?
kill -QUIT $server; wait $server
[ $status = 0 ] || rm -rf "$folder"
`

/** A server with a database `postgres` and a superuser `postgres`, who needs no password. */
export class PostgresServer {
  readonly folder: string
  readonly #user: { uid?: number; gid?: number }
  #guard: ChildProcess | undefined

  private constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'pg-'))
    // PostgreSQL refuses to run as root.
    this.#user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
    const { uid, gid } = this.#user
    if (uid !== undefined && gid !== undefined) chownSync(this.folder, uid, gid)
    chmodSync(this.folder, 0o700)
  }

  /** @throws Error with the command that installs PostgreSQL, if it is missing */
  static async start(): Promise<PostgresServer> {
    if (programs === undefined) throw new Error(`PostgreSQL is not installed; install it with: ${INSTALL}`)
    const server = new PostgresServer()
    const args = [
      '-D',
      server.#data,
      '--no-sync',
      '--locale=C',
      '--encoding=UTF8',
      '--auth=trust',
      '--username=postgres',
    ]
    execFileSync(join(programs, 'initdb'), args, { ...server.#user, cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] })
    // Only this user has a password.
    const rules = ['local all with_password scram-sha-256', 'local all all trust']
    writeFileSync(join(server.#data, 'pg_hba.conf'), `${rules.join('\n')}\n`)
    await server.run()
    return server
  }

  /** Returns how to connect to it. */
  url(user = 'postgres', database = 'postgres'): string {
    return `postgresql://${user}@${encodeURIComponent(this.folder)}/${database}`
  }

  /** Carries statements out as the superuser, on a connection of their own. */
  async query(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    const client = new pg.Client(this.url())
    await client.connect()
    try {
      return await client.query(text, values)
    } finally {
      await client.end()
    }
  }

  /** Starts it, or starts it again after {@link halt}. */
  async run(): Promise<void> {
    const settings = ['listen_addresses=', 'fsync=off', 'max_connections=40', `unix_socket_directories=${this.folder}`]
    const server = [join(programs as string, 'postgres'), '-D', this.#data, ...settings.flatMap((one) => ['-c', one])]
    const guard = spawn('sh', ['-c', GUARD, 'guard', this.folder, ...server], {
      ...this.#user,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#guard = guard
    await new Promise<void>((resolve, reject) => {
      let log = ''
      guard.stdout?.on('data', (text) => {
        log += text
        if (log.includes('ready to accept connections')) resolve()
      })
      guard.stdout?.once('end', () => reject(new Error(`PostgreSQL has ended:\n${log}`)))
    })
  }

  /** Ends it at once, as a crash does, and keeps its data. */
  async halt(): Promise<void> {
    const guard = this.#guard
    if (guard === undefined || guard.exitCode !== null) return
    const ended = new Promise((resolve) => guard.once('exit', resolve))
    guard.stdin?.end('halt\n')
    await ended
  }

  /** Ends it, and removes everything. */
  async stop(): Promise<void> {
    await this.halt()
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.folder, 'data')
  }
}

function idOf(which: '-u' | '-g'): number {
  for (const user of ['postgres', 'nobody']) {
    try {
      return Number(execFileSync('id', [which, user], { stdio: ['ignore', 'pipe', 'ignore'] }))
    } catch {
      // There is no such user.
    }
  }
  throw new Error('PostgreSQL needs a user other than root, such as postgres')
}
