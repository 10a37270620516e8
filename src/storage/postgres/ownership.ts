/**
 * Lets one daemon alone have a schema. A lock of PostgreSQL keeps others out while the connection lasts. A connection can be lost while its
 * daemon goes on, so each owner also has a number in the table `format`, and writes nothing once somebody else has the next one.
 */
import { createHash } from 'node:crypto'
import { usageError } from '../../errors.js'
import { APPLICATION_NAME, type Connection } from './connection.js'
import { codeOf } from './problems.js'
import { FORMAT, PRODUCT, type Tables } from './tables.js'

/** How long to wait for the lock, in milliseconds. The server may take a moment to notice that a daemon was killed. */
const LONGEST_WAIT = 500

/** The process of the server that served a connection. */
interface Backend {
  readonly pid: string
  readonly since: string
}

/** The ownership of the tables of a storage. */
export class Ownership {
  readonly #name: string
  readonly #tables: Tables
  #epoch = '0'
  #backend: Backend | undefined
  #refusal: string | undefined

  constructor(name: string, tables: Tables) {
    this.#name = name
    this.#tables = tables
  }

  /** The number of the owner. */
  get epoch(): string {
    return this.#epoch
  }

  /** Takes the schema, and creates the tables that are missing. @throws QueratorError if they are, with `mustExist` */
  async take(connection: Connection, mustExist: boolean): Promise<void> {
    await this.#lock(connection)
    await prepare(connection, { tables: this.#tables, name: this.#name, mustExist })
    const [row] = await connection.query(this.#tables.own, [APPLICATION_NAME])
    this.#epoch = String(row?.[0])
  }

  /** Takes the schema with a new connection. @throws for good if somebody else has had it since */
  async takeAgain(connection: Connection): Promise<void> {
    this.check()
    // The old connection still has the lock while the server has not noticed its end.
    const { pid, since } = this.#backend as Backend
    const end =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int AND backend_start = $2::timestamptz'
    await connection.query(end, [pid, since])
    await this.#lock(connection)
    const [row] = await connection.query(this.#tables.ownAgain, [APPLICATION_NAME, this.#epoch])
    if (row === undefined) await this.refuse(connection)
    this.#epoch = String(row?.[0])
  }

  /** @throws if the schema was lost to somebody else */
  check(): void {
    if (this.#refusal !== undefined) throw usageError(this.#refusal)
  }

  /** Refuses everything from now on. */
  async refuse(connection: Connection): Promise<never> {
    const [row] = await connection.query(`SELECT owner, since FROM ${this.#tables.format}`)
    const who =
      row === undefined ? 'somebody has removed its row from the table format' : `${row[0]} took it at ${row[1]}`
    this.#refusal = `${this.#name} belongs to this daemon no more: ${who}; end one of the two daemons, give each a schema of its own, and start this one again`
    throw usageError(this.#refusal)
  }

  async #lock(connection: Connection): Promise<void> {
    const hash = lockOf(connection)
    const wait = `BEGIN; SET LOCAL lock_timeout = ${LONGEST_WAIT}; SELECT pg_advisory_lock(${hash.readBigInt64BE(0)}); COMMIT`
    try {
      await connection.query(wait)
    } catch (error) {
      if (codeOf(error) !== '55P03') throw error
      await connection.query('ROLLBACK')
      throw usageError(
        `${this.#name} is taken by ${await holderOf(connection, hash)}; end that daemon, or give this one a schema of its own`,
      )
    }
    const [row] = await connection.query('SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()')
    this.#backend = { pid: String(row?.[0]), since: String(row?.[1]) }
  }
}

/** Returns the number of the lock, and more. */
function lockOf({ target }: Connection): Buffer {
  return createHash('sha256').update([PRODUCT, target.database, target.schema].join('\0')).digest()
}

async function holderOf(connection: Connection, hash: Buffer): Promise<string> {
  const [row] = await connection.query(
    `SELECT pid, coalesce(application_name, ''), coalesce(host(client_addr), '')
     FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = $1::bigint::oid AND objid = $2::bigint::oid
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [String(hash.readUInt32BE(0)), String(hash.readUInt32BE(4))],
  )
  if (row === undefined) return 'another daemon'
  const [pid, application, address] = row
  const from = address === '' ? '' : ` from ${address}`
  return `another daemon${application === '' ? '' : ` (${application})`}${from}, served by the process ${pid} of the server`
}

/** Creates the tables, or checks that they are ours. */
async function prepare(
  connection: Connection,
  { tables, name, mustExist }: { readonly tables: Tables; readonly name: string; readonly mustExist: boolean },
): Promise<void> {
  const [schema] = await connection.query(
    `SELECT count(relname), count(*) FILTER (WHERE relname = 'format')
     FROM pg_namespace LEFT JOIN pg_class ON relnamespace = pg_namespace.oid AND relkind IN ('r', 'p', 'v', 'm', 'f')
     WHERE nspname = $1 GROUP BY pg_namespace.oid`,
    [connection.target.schema],
  )
  if (mustExist && (schema === undefined || schema[0] === '0')) {
    throw usageError(`there is nothing in ${name}; is that the schema of the server?`)
  }
  if (schema === undefined) return create(connection, tables.create(false))
  if (schema[0] === '0') return create(connection, tables.create(true))
  const rows =
    schema[1] === '0' ? [] : await connection.query(`SELECT to_jsonb(it)::text FROM ${tables.format} it LIMIT 2`)
  const { product, version } = rows.length === 1 ? JSON.parse(rows[0]?.[0] as string) : {}
  if (product !== PRODUCT || typeof version !== 'number') {
    throw usageError(
      `cannot open ${name}: the schema has tables that are not of querator-test; set another schema, which is created if it is missing`,
    )
  }
  if (version === FORMAT) return
  throw usageError(
    `cannot open ${name}: a ${version > FORMAT ? 'newer' : 'preliminary'} version of querator-test wrote it (format ${version}, this one knows ${FORMAT}); update querator-test, or set another schema`,
  )
}

async function create(connection: Connection, statements: string): Promise<void> {
  try {
    await connection.query(statements)
  } catch (error) {
    if (!connection.isLost) await connection.query('ROLLBACK')
    throw error
  }
}
