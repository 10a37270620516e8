/** Reads what a database holds. */
import type { ClassicLevel } from 'classic-level'
import type { Loading } from '../storage.js'
import { Damage } from './damage.js'
import { ITEMS, partitionOf, recordOf, sequenceOf } from './keys.js'
import { UnsealedItems, unsealedRecord } from './values.js'

/** What is read at once. With more bytes, a reader of small items waits longer for the first. */
const AT_ONCE = { entries: 10_000, bytes: 1024 * 1024 }

type Entry = readonly [key: string, value: string]

/** Gives all records and then all items. @throws Damage; whatever `into` throws */
export async function loadAll(database: ClassicLevel, into: Loading): Promise<void> {
  const items = new UnsealedItems()
  await forEach(database, { lt: ITEMS[0] }, refuse)
  await forEach(database, { gte: ITEMS[1] }, (entry) => giveRecord(entry, into))
  await forEach(database, { gte: ITEMS[0], lt: ITEMS[1] }, (entry) => giveItem(entry, items, into))
}

async function forEach(
  database: ClassicLevel,
  range: { gte?: string; lt?: string },
  take: (entry: Entry) => void,
): Promise<void> {
  const iterator = database.iterator({ ...range, fillCache: false, highWaterMarkBytes: AT_ONCE.bytes })
  let reading = iterator.nextv(AT_ONCE.entries)
  try {
    for (;;) {
      const entries = await reading
      if (entries.length === 0) return
      // LevelDB reads the next ones in its own thread meanwhile.
      reading = iterator.nextv(AT_ONCE.entries)
      for (const entry of entries) take(entry)
    }
  } finally {
    reading.catch(() => {})
    await iterator.close()
  }
}

function giveRecord(entry: Entry, into: Loading): void {
  const [key, sealed] = entry
  const record = recordOf(key)
  if (record === undefined) refuse(entry)
  const value = unsealedRecord(key, sealed)
  if (value === undefined) throw new Damage(`the value of ${record.kind} '${record.id}' is not what was written`)
  into.record(record.kind, record.id, value)
}

function giveItem([key, sealed]: Entry, items: UnsealedItems, into: Loading): void {
  const partition = partitionOf(key)
  const sequence = sequenceOf(key)
  const value = items.unsealed(partition, sequence, sealed)
  if (value === undefined) {
    throw new Damage(`item ${sequence} of partition ${partition} is not what was written`)
  }
  into.item(partition, sequence, value)
}

function refuse([key]: Entry): never {
  throw new Damage(`it has an entry that no version writes: ${JSON.stringify(key.slice(0, 40))}`)
}
