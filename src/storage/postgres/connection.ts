/** One connection to PostgreSQL, by the package pg. It keeps the process alive only while somebody waits for an answer. */
import { hostname } from 'node:os'
import type pg from 'pg'
import { orGiveUp } from '../../clock/give-up.js'
import { messageOf, usageError } from '../../errors.js'
import { cannotOpen, codeOf, redacted, type Target } from './problems.js'

/** How long to wait for a connection, and for its end, in milliseconds. */
const LONGEST_CONNECT = 10_000
const LONGEST_END = 2_000

/** A row. All values are texts, as PostgreSQL writes them. */
export type Row = readonly string[]

const AS_TEXT = { getTypeParser: () => (value: string) => value }

/** A client with what its types leave out. */
type Client = pg.Client & { ref(): void; unref(): void; connection: { stream: { destroy(): void } } }

/** What a connection of a storage is made from. */
export interface ConnectionOptions {
  readonly connectionString: string
  readonly schema: string
  /** What to call the storage in messages. */
  readonly name: string
}

/** How the server and others see this process. */
export const APPLICATION_NAME = `querator-test, process ${process.pid} on ${hostname()}`.slice(0, 63)

/** A connection that is open, until it is lost or ended. Its queries are carried out one after the other. */
export class Connection {
  readonly target: Target
  readonly #client: Client
  readonly #Query: typeof pg.Query
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #lost: unknown

  private constructor(client: Client, Query: typeof pg.Query, schema: string) {
    this.#client = client
    this.#Query = Query
    const { host, port, user = '', database = '', password = '' } = client
    this.target = { host, port, user, database, password: String(password ?? ''), schema }
    client.on('error', (error) => this.#lose(error))
    client.on('end', () => this.#lose(new Error('the connection has ended')))
  }

  /** @throws QueratorError that says what to do */
  static async open({ connectionString, schema, name }: ConnectionOptions): Promise<Connection> {
    const { Client, Query } = await thePackage()
    const connection = new Connection(clientOf(Client, connectionString, name), Query, schema)
    try {
      await connection.#client.connect()
    } catch (error) {
      connection.#destroy()
      throw cannotOpen(name, error, connection.target)
    }
    connection.#client.unref()
    return connection
  }

  /** Whether it can be used no more. */
  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /** Carries a statement out, or several without values. Returns the rows of a single one. */
  query(text: string, values: readonly (string | Buffer)[] = []): Promise<Row[]> {
    return this.#inTurn(async () => {
      const { rows } = await this.#client.query<string[]>({ ...queryOf(text), values: [...values] })
      return rows
    })
  }

  /**
   * Passes rows on as they arrive, so that memory is bounded: the socket waits while `take` works.
   * @throws what `take` throws. The connection is lost then, because the server would send the rest first
   */
  stream(text: string, take: (row: Row) => void): Promise<void> {
    return this.#inTurn(() => {
      return new Promise<void>((resolve, reject) => {
        const query = new this.#Query<string[]>(queryOf(text))
        let isOver = false
        query.on('row', (row) => {
          if (isOver) return
          try {
            take(row as unknown as Row)
          } catch (error) {
            isOver = true
            reject(error)
            this.#lose(error)
          }
        })
        query.on('error', reject)
        query.on('end', () => resolve())
        this.#client.query(query)
      })
    })
  }

  /** Ends it. Never rejects, and never waits long. */
  async end(): Promise<void> {
    if (this.isLost) return
    this.#client.ref()
    await orGiveUp(this.#client.end(), LONGEST_END, () => {}).catch(() => {})
    this.#lose(new Error('the connection is closed'))
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#client.ref()
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    try {
      return await turn
    } catch (error) {
      if (endsConnection(error)) this.#lose(error)
      throw error
    } finally {
      if (--this.#waiting === 0) this.#client.unref()
    }
  }

  #lose(error: unknown): void {
    if (this.isLost) return
    this.#lost = error
    this.#destroy()
  }

  #destroy(): void {
    this.#client.connection.stream.destroy()
  }
}

function queryOf(text: string): pg.QueryArrayConfig & pg.QueryConfig {
  return { text, rowMode: 'array', types: AS_TEXT }
}

async function thePackage(): Promise<typeof pg> {
  try {
    return (await import('pg')).default
  } catch (error) {
    throw usageError(
      `driver: postgres needs the package pg, which cannot be loaded; install it with: npm install --save-dev pg (${messageOf(error)})`,
      error,
    )
  }
}

function clientOf(Client: typeof pg.Client, connectionString: string, name: string): Client {
  try {
    // The package takes any other text for a path, or for the name of a database.
    if (!/^(postgres(ql)?|socket):|^\//.test(connectionString)) throw new Error('it is no URL of PostgreSQL')
    return new Client({
      connectionString,
      fallback_application_name: APPLICATION_NAME,
      connectionTimeoutMillis: LONGEST_CONNECT,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    }) as Client
  } catch (error) {
    // Its fields may have the password, so it is not the cause.
    throw usageError(
      `cannot open ${name}: the connection string cannot be read (${redacted(messageOf(error))}); write postgresql://USER:PASSWORD@HOST:5432/DATABASE`,
    )
  }
}

/** Returns whether an error is more than the answer to one statement. */
function endsConnection(error: unknown): boolean {
  const { severity } = Object(error) as { severity?: unknown }
  return severity === undefined || severity === 'FATAL' || severity === 'PANIC' || codeOf(error).startsWith('57P')
}
