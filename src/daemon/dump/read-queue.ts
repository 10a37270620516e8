/** Reads a queue of a dump. */
import { type Instant, NEVER } from '../../clock/instant.js'
import type { PartitionStorage } from '../../engine/queue/placement.js'
import type { QueueImage } from '../../engine/queue/queues-image.js'
import type { QueueConfig } from '../../engine/queue-config.js'
import type { Item } from '../../engine/store/item.js'
import { ItemIds, idRangeOf, MOST_IDS } from '../../engine/store/item-ids.js'
import type { Looks, PartitionImage } from '../../engine/store/partition-image.js'
import { checkDeadQueueName, checkQueueName } from '../../service/names.js'
import { checkFields, MOST_PARTITIONS } from '../../service/queue-options.js'
import { NO_LOOK } from './daemon-dump.js'
import type { DumpFields } from './dump-fields.js'
import { readItem } from './read-item.js'

const PARTITION = ['storage', 'firstId', 'idsGiven', 'lastLook', 'nextLook', 'sources', 'items']

const ITEM = [
  'id',
  'state',
  'reference',
  'kind',
  'encoding',
  'text',
  'base64',
  'attempts',
  'maxAttempts',
  'createdAt',
  'expiresAt',
  'until',
  'clientId',
  'copied',
  'sourceId',
]

/** How many ids may lie between the first item and the next one. */
const MOST_BETWEEN = 2 ** 31

/** What a dump has so far. */
export interface KnownQueues {
  readonly names: Set<string>
  /** What the ids of each partition begin with. */
  readonly heads: Set<string>
  readonly namespaces: ReadonlySet<string>
  /** The time of the dump. */
  readonly now: Instant
  /** The storages of the configuration. */
  readonly storages: readonly PartitionStorage[]
}

/** @throws QueratorError with the field that is wrong */
export function readQueue(queue: DumpFields, known: KnownQueues): QueueImage {
  const config = configOf(queue, known)
  const storages: string[] = []
  const partitions = queue.objects('partitions', PARTITION, (partition) => {
    storages.push(storageOf(partition, known))
    return partitionOf(partition, known)
  })
  if (partitions.length > MOST_PARTITIONS) throw queue.wrong('partitions', `there are more than ${MOST_PARTITIONS}`)
  return { config, storages, partitions, paused: queue.flag('paused'), turns: turnsOf(queue, partitions.length) }
}

function configOf(queue: DumpFields, { names, namespaces }: KnownQueues): QueueConfig {
  const config = {
    name: queue.text('name'),
    namespace: queue.text('namespace'),
    leaseTimeout: timeoutIn(queue, 'leaseTimeout'),
    expireTimeout: timeoutIn(queue, 'expireTimeout'),
    maxAttempts: queue.whole('maxAttempts', 0, 65_536),
    deadQueue: queue.text('deadQueue'),
    reference: queue.text('reference'),
    // An update takes any number, and the queue keeps its partitions.
    requestedPartitions: queue.whole('requestedPartitions', 1, 2 ** 31 - 1),
    createdAt: queue.time('createdAt').at,
    updatedAt: queue.time('updatedAt').at,
  }
  queue.check('name', () => checkQueueName(config.name))
  if (config.deadQueue !== '') queue.check('deadQueue', () => checkDeadQueueName(config.deadQueue, 512))
  if (config.deadQueue === config.name) throw queue.wrong('deadQueue', 'it is the queue itself')
  queue.check('reference', () => checkFields(config))
  queue.unique('name', config.name, names)
  if (!namespaces.has(config.namespace)) throw queue.wrong('namespace', 'there is no such namespace')
  return config
}

/** An update makes timeouts that a new queue may not have: very short ones, and a lease that is longer than the life of an item. */
function timeoutIn(queue: DumpFields, name: 'leaseTimeout' | 'expireTimeout'): QueueConfig['leaseTimeout'] {
  const timeout = queue.duration(name)
  if (timeout.ns === 0n) throw queue.wrong(name, 'it cannot be 0')
  return timeout
}

function turnsOf(queue: DumpFields, partitions: number): number[] {
  const turns = queue.list('turns', (value) => value as number)
  const isWhole = turns.length === partitions && new Set(turns).size === partitions
  if (isWhole && turns.every((turn) => Number.isInteger(turn) && turn >= 0 && turn < partitions)) return turns
  throw queue.wrong('turns', `it lists the numbers of the ${partitions} partitions, each once`)
}

function storageOf(partition: DumpFields, { storages }: KnownQueues): string {
  const name = partition.text('storage')
  if (storages.some((one) => one.name === name)) return name
  const names = storages.map((one) => `'${one.name}'`).join(', ')
  throw partition.wrong('storage', `the configuration has no storage '${name}', only ${names}; set the option config`)
}

function partitionOf(partition: DumpFields, { heads, now }: KnownQueues): PartitionImage {
  const ids = idRangeOf(partition.text('firstId'))
  if (ids === undefined) throw partition.wrong('firstId', 'it is no id of an item')
  partition.unique('firstId', ids.head, heads)
  const lastSequence = partition.whole('idsGiven', 0, MOST_IDS - ids.start) - 1
  const sources = sourcesOf(partition)
  const order = { last: -1, isScheduled: false, sequences: new Set<number>(), sourceIds: new Set<string>() }
  const known = { ids: new ItemIds(ids), lastSequence, sources, ...order }
  const items = partition.objects('items', ITEM, (item) => readItem(item, known))
  checkSpan(partition, items, lastSequence)
  return { ids, lastSequence, items, sources: [...sources], looks: looksOf(partition, items, now) }
}

/** @throws QueratorError if the next id is so far from the first item that the table of items would fill the memory */
function checkSpan(partition: DumpFields, items: readonly Item[], lastSequence: number): void {
  const first = items.reduce((least, { sequence }) => Math.min(least, sequence), lastSequence)
  if (lastSequence - first < MOST_BETWEEN) return
  throw partition.wrong('idsGiven', `it is more than ${MOST_BETWEEN} ids after that of the first item`)
}

function sourcesOf(partition: DumpFields): Set<string> {
  const sources = new Set<string>()
  for (const source of partition.texts('sources')) partition.unique('sources', source, sources)
  if (sources.has('')) throw partition.wrong('sources', 'an id is empty')
  return sources
}

function looksOf(partition: DumpFields, items: readonly Item[], now: Instant): Looks {
  const last = partition.has('lastLook') ? partition.time('lastLook').at : Number.NEGATIVE_INFINITY
  if (last > now) throw partition.wrong('lastLook', 'it is after the time of the dump')
  if (partition.has('nextLook') && partition.text('nextLook') !== NO_LOOK) {
    return { last, next: partition.time('nextLook').at }
  }
  const at = partition.has('nextLook') ? -1 : items.findIndex(({ scheduled }) => !scheduled)
  if (at < 0) return { last, next: NEVER }
  // Nobody would look, and a lease would never run out.
  throw partition.wrong('nextLook', `items[${at}] expires, so it is a time, or '${NO_LOOK}' if nobody should look`)
}
