/** Reads a queue of a dump. */
import { NEVER } from '../../clock/instant.js'
import type { PartitionStorage } from '../../engine/queue/placement.js'
import type { QueueImage } from '../../engine/queue/queues-image.js'
import type { QueueConfig } from '../../engine/queue-config.js'
import { ItemIds, idRangeOf, MOST_IDS } from '../../engine/store/item-ids.js'
import type { PartitionImage } from '../../engine/store/partition-image.js'
import { checkFields, checkTimeouts, MOST_PARTITIONS } from '../../service/queue-options.js'
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

/** What a dump has so far. */
export interface KnownQueues {
  readonly names: Set<string>
  /** What the ids of each partition begin with. */
  readonly heads: Set<string>
  readonly namespaces: ReadonlySet<string>
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
    leaseTimeout: queue.duration('leaseTimeout'),
    expireTimeout: queue.duration('expireTimeout'),
    maxAttempts: queue.whole('maxAttempts', 0, 2 ** 31 - 1),
    deadQueue: queue.text('deadQueue'),
    reference: queue.text('reference'),
    requestedPartitions: queue.whole('requestedPartitions', 1, MOST_PARTITIONS),
    createdAt: queue.time('createdAt').at,
    updatedAt: queue.time('updatedAt').at,
  }
  queue.check('name', () => checkFields(config))
  queue.check('leaseTimeout', () => checkTimeouts({ lease: config.leaseTimeout.ns, expire: config.expireTimeout.ns }))
  queue.unique('name', config.name, names)
  if (!namespaces.has(config.namespace)) throw queue.wrong('namespace', 'there is no such namespace')
  return config
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

function partitionOf(partition: DumpFields, { heads }: KnownQueues): PartitionImage {
  const ids = idRangeOf(partition.text('firstId'))
  if (ids === undefined) throw partition.wrong('firstId', 'it is no id of an item')
  partition.unique('firstId', ids.head, heads)
  const lastSequence = partition.whole('idsGiven', 0, MOST_IDS - ids.start) - 1
  const sources = new Set(partition.texts('sources'))
  const order = { last: -1, isScheduled: false, sequences: new Set<number>() }
  const known = { ids: new ItemIds(ids), lastSequence, sources, ...order }
  const items = partition.objects('items', ITEM, (item) => readItem(item, known))
  const last = partition.has('lastLook') ? partition.time('lastLook').at : Number.NEGATIVE_INFINITY
  const next = partition.has('nextLook') ? partition.time('nextLook').at : NEVER
  return { ids, lastSequence, items, sources: [...sources], looks: { last, next } }
}
