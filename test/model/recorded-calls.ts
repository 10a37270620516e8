/** Runs recorded calls on the model, with replies in the format of the server. */
import { parseDuration } from '../../src/clock/parse-duration.js'
import type { QueueModel } from './model.js'
import { type Imported, type LeaseRequest, type Produced, Refused } from './model-requests.js'
import { type ModelItem, type ModelLease, type ModelPartition, NO_TIME, waitingLeases } from './model-state.js'

/** A JSON object. */
export type Json = Record<string, unknown>

/** A reply, or `undefined` while it is pending. */
export interface Answer {
  readonly status: number
  readonly body: Json
}

const OK: Answer = { status: 200, body: { code: 200 } }
const CODE_TEXTS: Record<number, string> = { 400: 'Bad Request', 453: 'Request Failed', 454: 'Retry Request' }

/** The calls that the model supports. */
export const CALLS: Record<string, (model: QueueModel, body: never) => Answer> = {
  'queues.create': (model, body: QueueBody) => {
    model.createQueue(body.queue_name, settingsOf(body), body.requested_partitions ?? 1)
    return OK
  },
  'queues.update': (model, body: QueueBody) => {
    model.updateQueue(body.queue_name, settingsOf(body))
    return OK
  },
  'queues.delete': (model, body: QueueBody) => {
    model.deleteQueue(body.queue_name)
    return OK
  },
  'queue.produce': (model, body: Of<{ items: ItemBody[] }>) => {
    model.produce(body.queueName, body.items.map(producedOf))
    return OK
  },
  'queue.complete': (model, body: Of<{ partition?: number; ids: string[] }>) => {
    model.complete(body.queueName, body.partition ?? 0, body.ids)
    return OK
  },
  'queue.retry': (
    model,
    body: Of<{ partition?: number; items: { id: string; retryAt?: string; dead?: boolean }[] }>,
  ) => {
    const items = body.items.map(({ id, retryAt, dead = false }) => ({ id, dead, retryAt: timeOf(retryAt) ?? 0 }))
    model.retry(body.queueName, body.partition ?? 0, items)
    return OK
  },
  'queue.clear': (model, body: Of<{ queue?: boolean; scheduled?: boolean; destructive?: boolean }>) => {
    model.clear(body.queueName, body)
    return OK
  },
  'queue.reload': (model, body: Of<object>) => {
    model.queue(body.queueName)
    return OK
  },
  'queue.stats': (model, body: Of<object>) => ({ status: 200, body: statsOf(model, body.queueName) }),
  'storage/items.list': (model, body: Of<PageBody>) => {
    return listed(model.partition(body.queueName, body.partition ?? 0).queued, body)
  },
  'storage/scheduled.list': (model, body: Of<PageBody>) => {
    return listed(model.partition(body.queueName, body.partition ?? 0).scheduled, body)
  },
  'storage/items.import': (model, body: Of<{ partition?: number; items: ItemBody[] }>) => {
    const stored = model.importItems(body.queueName, body.partition ?? 0, body.items.map(importedOf))
    return { status: 200, body: { items: stored.map((item, index) => (item ? storedItem(item) : body.items[index])) } }
  },
  'storage/items.delete': (model, body: Of<{ partition?: number; ids: string[] }>) => {
    model.deleteItems(body.queueName, body.partition ?? 0, body.ids)
    return OK
  },
}

type Of<T> = { queueName: string } & T

interface QueueBody {
  queue_name: string
  lease_timeout?: string
  expire_timeout?: string
  max_attempts?: number
  dead_queue?: string
  requested_partitions?: number
}

interface PageBody {
  partition?: number
  pivot?: string
  limit?: number
}

interface ItemBody {
  reference?: string
  encoding?: string
  kind?: string
  utf8?: string
  bytes?: string
  payload?: string
  enqueueAt?: string
  source_id?: string
  attempts?: number
  isLeased?: boolean
  leaseDeadline?: string
  expireDeadline?: string
}

/** The reply to a call that the model refuses. @throws any other error */
export function refusal(error: unknown): Answer {
  if (!(error instanceof Refused)) throw error
  const { code, message } = error
  return { status: code, body: { code, code_text: CODE_TEXTS[code], message } }
}

/** A recorded lease request. */
export function leaseRequest(key: string, body: Json): LeaseRequest {
  const { clientId, batchSize, requestTimeout } = body as {
    clientId: string
    batchSize: number
    requestTimeout: string
  }
  return { key, clientId, batchSize, timeout: millisecondsOf(requestTimeout) }
}

/** The reply to a lease, or undefined while it waits or after its client has gone. */
export function leaseAnswer(lease: ModelLease): Answer | undefined {
  const { outcome } = lease
  if (outcome === 'waiting' || outcome === 'gone') return undefined
  if (outcome === 'timeout') return refusal(new Refused(454, 'request timeout; no items are in the queue, try again'))
  if (outcome === 'deleted') return refusal(new Refused(453, 'queue is shutting down'))
  const items = outcome.items.map(({ content: { payload, ...content }, ...item }) => {
    const { id, reference, attempts } = item
    return filled({ id, reference, attempts, lease_deadline: text(item.leaseDeadline), bytes: payload, ...content })
  })
  return { status: 200, body: filled({ queue_name: lease.queue, partition: outcome.partition, items }) }
}

function settingsOf(body: QueueBody) {
  return {
    leaseTimeout: millisecondsOf(body.lease_timeout),
    expireTimeout: millisecondsOf(body.expire_timeout),
    maxAttempts: body.max_attempts ?? 0,
    deadQueue: body.dead_queue ?? '',
  }
}

function producedOf(item: ItemBody): Produced {
  const payload = Buffer.from(item.bytes ?? item.payload ?? '', 'base64')
  const bytes = item.bytes === undefined && item.utf8 !== undefined ? Buffer.from(item.utf8) : payload
  return {
    reference: item.reference ?? '',
    content: filled({ encoding: item.encoding, kind: item.kind, payload: bytes.toString('base64') }),
    enqueueAt: timeOf(item.enqueueAt) ?? 0,
  }
}

function importedOf(item: ItemBody): Imported {
  const [leaseDeadline, expireDeadline] = [timeOf(item.leaseDeadline), timeOf(item.expireDeadline)]
  return {
    ...producedOf(item),
    sourceId: item.source_id ?? '',
    leased: item.isLeased ?? false,
    attempts: item.attempts ?? 0,
    ...(leaseDeadline === undefined ? {} : { leaseDeadline }),
    ...(expireDeadline === undefined ? {} : { expireDeadline }),
  }
}

function storedItem(item: ModelItem): Json {
  return filled({
    id: item.id,
    source_id: item.sourceId,
    is_leased: item.leased,
    lease_deadline: text(item.leaseDeadline),
    expire_deadline: text(item.expireDeadline),
    created_at: text(item.createdAt),
    attempts: item.attempts,
    reference: item.reference,
    ...item.content,
  })
}

function listed(items: readonly ModelItem[], { pivot, limit = 0 }: PageBody): Answer {
  const from = pivot ? items.findIndex((item) => item.id === pivot) : 0
  const page = items.slice(from, from + (limit || 1000))
  return { status: 200, body: filled({ items: page.map(storedItem) }) }
}

/** Leaves out the averages. */
function statsOf(model: QueueModel, name: string): Json {
  const partitions = model.queue(name).partitions.map(({ queued, scheduled }: ModelPartition) =>
    filled({
      total: queued.length,
      total_leased: queued.filter((item) => item.leased).length,
      scheduled: scheduled.length,
    }),
  )
  const waiting = waitingLeases(model.state, name).length
  return { queue_name: name, logicalQueues: [filled({ lease_waiting: waiting, in_flight: waiting, partitions })] }
}

/** Leaves out fields with default values, as JSON replies do. */
function filled<T>(fields: Record<string, T | undefined>): Record<string, T> {
  const empty = (value: unknown) =>
    value === undefined || value === 0 || value === '' || value === false || (Array.isArray(value) && !value.length)
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !empty(value))) as Record<string, T>
}

function millisecondsOf(duration: string | undefined): number {
  if (!duration) return 0
  return Number(parseDuration(duration).ns) / 1e6
}

function timeOf(timestamp: string | undefined): number | undefined {
  return timestamp === undefined ? undefined : Date.parse(timestamp)
}

function text(time: number): string {
  return new Date(Math.max(time, NO_TIME)).toISOString().replace('.000Z', 'Z')
}
