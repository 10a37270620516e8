/** A storage that keeps its batches in the tables of a PostgreSQL schema. */
import { isQueratorError, usageError } from '../../errors.js'
import { type Batch, type Loading, type OpenOptions, RECORD_KINDS, type RecordKind, type Storage } from '../storage.js'
import { Connection, type Row } from './connection.js'
import { Ownership } from './ownership.js'
import { cannotAppend, cannotLoad, cannotOpen, redacted } from './problems.js'
import { slicesOf } from './slices.js'
import { quoted, Tables } from './tables.js'

/** Where the tables are. */
export interface PostgresStorageOptions {
  /** Such as `postgresql://user:password@host:5432/database`. Environment variables such as PGHOST stand for what it leaves out. */
  readonly connectionString: string
  /** The schema for the tables. It is created if it is missing. Default: `querator_test`. */
  readonly schema?: string
  /** What to call the storage in messages. Default: host, database and schema. */
  readonly name?: string
}

/**
 * Keeps its batches in PostgreSQL, over one connection. A batch is one transaction, and survives what the server's own transactions survive
 * (`synchronous_commit`).
 */
export class PostgresStorage implements Storage {
  readonly name: string
  readonly #connectionString: string
  readonly #schema: string
  readonly #tables: Tables
  #ownership: Ownership | undefined
  #connection: Connection | undefined
  #reconnecting: Promise<Connection> | undefined

  constructor({ connectionString, schema = 'querator_test', name }: PostgresStorageOptions) {
    this.#connectionString = connectionString
    this.#schema = schema
    this.#tables = new Tables(schema)
    this.name = redacted(name ?? `postgres${placeIn(connectionString)}, schema '${schema}'`)
  }

  async open({ mustExist = false }: OpenOptions = {}): Promise<void> {
    if (this.#ownership !== undefined) throw usageError(`${this.name} is open already; close it first`)
    checkSchema(this.#schema)
    const ownership = new Ownership(this.name, this.#tables)
    this.#connection = await this.#connect((connection) => ownership.take(connection, mustExist))
    this.#ownership = ownership
  }

  async load(into: Loading): Promise<void> {
    const connection = await this.#connected()
    let thrown: { error: unknown } | undefined
    const taking = (take: (row: Row) => void) => (row: Row) => {
      try {
        take(row)
      } catch (error) {
        thrown = { error }
        throw error
      }
    }
    try {
      await connection.stream(
        this.#tables.readRecords,
        taking(([kind = '', id = '', value = '']) => into.record(this.#kindOf(kind), textOf(id), textOf(value))),
      )
      await connection.stream(
        this.#tables.readItems,
        taking(([partition, sequence, value = '']) => {
          into.item(Number(partition), Number(sequence), Buffer.from(value, 'hex'))
        }),
      )
    } catch (error) {
      throw thrown === undefined ? cannotLoad(this.name, error, connection.target) : thrown.error
    }
  }

  async append(batch: Batch): Promise<void> {
    this.#open().check()
    const slices = slicesOf(batch)
    const connection = await this.#connected()
    try {
      if (slices.length > 1) await connection.query('BEGIN')
      for (const slice of slices) await this.#write(connection, slice)
      if (slices.length > 1) await connection.query('COMMIT')
    } catch (error) {
      // The next append must not be part of a transaction that has failed.
      if (slices.length > 1) await connection.end()
      throw isQueratorError(error) ? error : cannotAppend(this.name, error, connection.target)
    }
  }

  /** Resolves at once, because each append is a transaction that the server has kept. */
  async flush(): Promise<void> {}

  async size(): Promise<number> {
    const connection = await this.#connected()
    const { format, items, records } = this.#tables
    const sizes = 'SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(ARRAY[$1, $2, $3]::text[]) AS name'
    const [row] = await connection.query(sizes, [format, items, records])
    return Number(row?.[0])
  }

  async close(): Promise<void> {
    this.#ownership = undefined
    const connection = (await this.#reconnecting?.catch(() => undefined)) ?? this.#connection
    this.#connection = undefined
    await connection?.end()
  }

  async #write(connection: Connection, slice: readonly Buffer[]): Promise<void> {
    const ownership = this.#open()
    const [row] = await connection.query(this.#tables.append, [ownership.epoch, ...slice])
    if (row?.[0] !== '1') await ownership.refuse(connection)
  }

  #open(): Ownership {
    if (this.#ownership === undefined) throw usageError(`${this.name} is not open; open it first`)
    return this.#ownership
  }

  /** Returns the connection, or a new one if it was lost. */
  async #connected(): Promise<Connection> {
    const ownership = this.#open()
    if (this.#connection !== undefined && !this.#connection.isLost) return this.#connection
    this.#reconnecting ??= this.#connect((connection) => ownership.takeAgain(connection))
    try {
      this.#connection = await this.#reconnecting
      return this.#connection
    } finally {
      this.#reconnecting = undefined
    }
  }

  async #connect(take: (connection: Connection) => Promise<void>): Promise<Connection> {
    const options = { connectionString: this.#connectionString, schema: this.#schema, name: this.name }
    const connection = await Connection.open(options)
    try {
      await take(connection)
      return connection
    } catch (error) {
      await connection.end()
      throw isQueratorError(error) ? error : cannotOpen(this.name, error, connection.target)
    }
  }

  #kindOf(kind: string): RecordKind {
    const known = RECORD_KINDS.find((one) => one === kind)
    if (known === undefined) {
      throw usageError(
        `${this.name} has a record of an unknown kind, '${kind}'; update querator-test, or remove the record`,
      )
    }
    return known
  }
}

function textOf(hex: string): string {
  return Buffer.from(hex, 'hex').toString()
}

/** Returns host and database of a connection string, if it is a URL that has them. */
function placeIn(connectionString: string): string {
  try {
    const { host, pathname } = new URL(connectionString)
    const place = decodeURIComponent(`${host}${pathname}`).replace(/^\//, '')
    return place === '' ? '' : ` at '${place}'`
  } catch {
    return ''
  }
}

function checkSchema(schema: string): void {
  // PostgreSQL would cut the name off, and two schemas would be one.
  const isName = schema !== '' && Buffer.byteLength(schema) <= 63 && !/\0|^pg_/.test(schema)
  if (isName) return
  throw usageError(
    `the schema of a postgres storage is a name of 1 to 63 bytes that does not begin with pg_; got ${quoted(schema)}`,
  )
}
