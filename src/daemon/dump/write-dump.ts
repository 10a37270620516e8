/** Writes the state of a daemon as plain values. All of them belong to the realm of this file. */
import { isUtf8 } from 'node:buffer'
import type { AccessImage } from '../../access/access-image.js'
import { formatDuration } from '../../clock/duration.js'
import { type Instant, NEVER, ZERO_TIME } from '../../clock/instant.js'
import type { QueueImage } from '../../engine/queue/queues-image.js'
import type { Item } from '../../engine/store/item.js'
import { ItemIds } from '../../engine/store/item-ids.js'
import type { PartitionImage } from '../../engine/store/partition-image.js'
import type { DaemonImage } from '../lives/daemon-image.js'
import {
  type DaemonDump,
  DUMP_FORMAT,
  DUMP_VERSION,
  type DumpedItem,
  type DumpedPartition,
  type DumpedQueue,
  NO_LOOK,
} from './daemon-dump.js'
import { timeText } from './dump-time.js'

/** Returns the state as plain values. */
export function dumpOf({ now, frozen, random, queues, access }: DaemonImage): DaemonDump {
  return {
    format: DUMP_FORMAT,
    version: DUMP_VERSION,
    time: timeText(now),
    frozen,
    ...(random === undefined ? {} : { random }),
    queues: Array.from(queues, (queue) => queueDump(queue, now)),
    ...accessDump(access),
  }
}

function queueDump(
  { config, storages, partitions, paused = false, turns = [] }: QueueImage,
  now: Instant,
): DumpedQueue {
  return {
    name: config.name,
    namespace: config.namespace,
    leaseTimeout: formatDuration(config.leaseTimeout.ns),
    expireTimeout: formatDuration(config.expireTimeout.ns),
    maxAttempts: config.maxAttempts,
    deadQueue: config.deadQueue,
    reference: config.reference,
    requestedPartitions: config.requestedPartitions,
    createdAt: timeText(config.createdAt),
    updatedAt: timeText(config.updatedAt),
    paused,
    turns: Array.from(turns),
    partitions: Array.from(storages, (storage, number) => {
      return partitionDump(storage, partitions[number] as PartitionImage, now)
    }),
  }
}

function partitionDump(
  storage: string,
  { ids, lastSequence, looks, sources, items }: PartitionImage,
  now: Instant,
): DumpedPartition {
  const texts = new ItemIds(ids)
  const { last = Number.NEGATIVE_INFINITY, next = NEVER } = looks ?? {}
  const noLook = items.some(({ scheduled }) => !scheduled) ? { nextLook: NO_LOOK } : {}
  return {
    storage,
    firstId: texts.text(0),
    idsGiven: lastSequence + 1,
    // The timers of a runner may go back behind a look.
    ...(Number.isFinite(last) ? { lastLook: timeText(Math.min(last, now)) } : {}),
    ...(Number.isFinite(next) ? { nextLook: timeText(next) } : noLook),
    sources: Array.from(sources).sort(),
    items: Array.from(items, (item) => itemDump(item, texts)),
  }
}

function itemDump(item: Item, ids: ItemIds): DumpedItem {
  const { life, until, holder } = item
  return {
    id: ids.text(item.sequence),
    state: item.state,
    reference: item.reference,
    kind: item.kind,
    encoding: item.encoding,
    ...payloadDump(item.payload),
    attempts: item.attempts,
    maxAttempts: item.maxAttempts,
    createdAt: timeText(life.since),
    expiresAt: timeText(life),
    ...(until.at === ZERO_TIME && item.state === 'leasable' ? {} : { until: timeText(until) }),
    ...(item.leased && holder !== undefined ? { clientId: holder.clientId } : {}),
    copied: item.copiedToDeadQueue,
    sourceId: item.sourceId,
  }
}

function payloadDump(payload: string): Pick<DumpedItem, 'text' | 'base64'> {
  const bytes = Buffer.from(payload, 'latin1')
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') }
}

function accessDump({ namespaces, users, apiKeys, roles, bindings }: AccessImage) {
  return {
    namespaces: Array.from(namespaces, ({ name, description, apiKeyTag, createdAt }) => {
      return { name, description, apiKeyTag, createdAt: timeText(createdAt) }
    }),
    users: Array.from(users, ({ id, username, email, externalId, createdAt }) => {
      return { id, username, email, externalId, createdAt: timeText(createdAt) }
    }),
    apiKeys: Array.from(apiKeys, ({ record, hash }) => ({
      id: record.id,
      userId: record.userId,
      namespaceScope: record.namespaceScope,
      name: record.name,
      prefix: record.prefix,
      ...(record.expiresAt === undefined ? {} : { expiresAt: timeText(record.expiresAt) }),
      createdAt: timeText(record.createdAt),
      ...(record.lastUsedAt === undefined ? {} : { lastUsedAt: timeText(record.lastUsedAt) }),
      hash: hash.toString('hex'),
    })),
    roles: Array.from(roles, ({ id, namespace, name, permissions, createdAt }) => {
      return { id, namespace, name, permissions: Array.from(permissions), createdAt: timeText(createdAt) }
    }),
    roleBindings: Array.from(bindings, ({ id, namespace, userId, roleId, createdAt }) => {
      return { id, namespace, userId, roleId, createdAt: timeText(createdAt) }
    }),
  }
}
