/** Reads the manifest of LevelDB: which tables there are, and which logs are not in them yet. */
import { Damage } from './damage.js'
import { readLog } from './log-file.js'
import { Reader } from './varints.js'

/** What a manifest says. */
export interface Manifest {
  /** The numbers of the tables. */
  readonly tables: ReadonlySet<number>
  /** The number of the first log whose batches are not in the tables. 0 if there was none yet. */
  readonly firstLog: number
  /** Whether the file ends within a record. */
  readonly isTorn: boolean
}

/** What stands before each value of a record. */
const COMPARATOR = 1
const LOG = 2
const NEXT_FILE = 3
const LAST_SEQUENCE = 4
const COMPACTED_TO = 5
const REMOVED = 6
const ADDED = 7
const LOG_BEFORE = 9

/** Reads a manifest. @throws Damage */
export function readManifest(name: string, bytes: Uint8Array): Manifest {
  const { records, isTorn } = readLog(name, bytes)
  if (records.length === 0) throw new Damage(`${name} is empty`)
  const tables = new Set<number>()
  let firstLog = 0
  for (const record of records) {
    const reader = new Reader(name, record)
    while (!reader.isDone) {
      const tag = reader.number()
      if (tag === LOG) firstLog = reader.number()
      else if (tag === REMOVED || tag === ADDED) changeTables(tables, tag, reader)
      else skip(name, tag, reader)
    }
  }
  return { tables, firstLog, isTorn }
}

function changeTables(tables: Set<number>, tag: number, reader: Reader): void {
  reader.number() // Its level.
  const table = reader.number()
  if (tag === REMOVED) {
    tables.delete(table)
    return
  }
  tables.add(table)
  reader.number() // Its size.
  reader.bytes(reader.number()) // Its first key.
  reader.bytes(reader.number()) // Its last one.
}

function skip(name: string, tag: number, reader: Reader): void {
  if (tag === COMPACTED_TO) reader.number()
  if (tag === COMPARATOR || tag === COMPACTED_TO) reader.bytes(reader.number())
  else if (tag === NEXT_FILE || tag === LAST_SEQUENCE || tag === LOG_BEFORE) reader.number()
  else throw new Damage(`${name} has a record that LevelDB does not write`)
}
