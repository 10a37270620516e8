/**
 * The table of calls: the one list from which handler, client, permissions and limits come (contract: admin.md §1.4,
 * §1.6). A call that is not in it does not exist.
 */
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { ReplySchema } from './gen/duh/v1/reply_pb.js'
import {
  QueueClearRequestSchema,
  QueueCompleteRequestSchema,
  QueueInfoSchema,
  QueueLeaseRequestSchema,
  QueueLeaseResponseSchema,
  QueueProduceRequestSchema,
  QueueReloadRequestSchema,
  QueueRetryRequestSchema,
  QueueStatsRequestSchema,
  QueueStatsResponseSchema,
} from './gen/querator/queue_pb.js'
import {
  QueuesDeleteRequestSchema,
  QueuesInfoRequestSchema,
  QueuesListRequestSchema,
  QueuesListResponseSchema,
} from './gen/querator/queues_pb.js'
import {
  StorageItemsDeleteRequestSchema,
  StorageItemsImportRequestSchema,
  StorageItemsImportResponseSchema,
  StorageItemsListRequestSchema,
  StorageItemsListResponseSchema,
} from './gen/querator/storage_pb.js'

/** One row of the table. */
export interface Method<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage> {
  /** The path that is posted to. */
  readonly path: string
  readonly request: I
  /** `Reply` for calls without an answer of their own. */
  readonly response: O
  /** The longest body, in bytes. */
  readonly bodyLimit: number
  /** What a caller must be allowed to do. */
  readonly permission: string
  /** In which namespace: the queue's own, or the one in the request (empty: `_system`). */
  readonly namespace: 'queue' | 'request'
}

const PRODUCE_LIMIT = 5_000_000
const SMALL_LIMIT = 512
const UPDATE_LIMIT = 512_000
const IMPORT_LIMIT = 64_000_000
const USUAL_LIMIT = 256_000

function method<I extends DescMessage, O extends DescMessage>(
  path: string,
  request: I,
  response: O,
  permission: string,
  bodyLimit = USUAL_LIMIT,
  namespace: 'queue' | 'request' = 'queue',
): Method<I, O> {
  return { path: `/v1/${path}`, request, response, bodyLimit, permission, namespace }
}

/** See the head of this file. Keys are the names of the client's methods, as in Querator's Go client. */
export const METHODS = {
  queueProduce: method('queue.produce', QueueProduceRequestSchema, ReplySchema, 'queue.produce', PRODUCE_LIMIT),
  queueLease: method('queue.lease', QueueLeaseRequestSchema, QueueLeaseResponseSchema, 'queue.lease', SMALL_LIMIT),
  queueComplete: method('queue.complete', QueueCompleteRequestSchema, ReplySchema, 'queue.complete'),
  queueRetry: method('queue.retry', QueueRetryRequestSchema, ReplySchema, 'queue.retry'),
  queueStats: method('queue.stats', QueueStatsRequestSchema, QueueStatsResponseSchema, 'queue.stats', SMALL_LIMIT),
  queueClear: method('queue.clear', QueueClearRequestSchema, ReplySchema, 'queue.clear', SMALL_LIMIT),
  queueReload: method('queue.reload', QueueReloadRequestSchema, ReplySchema, 'queue.update', SMALL_LIMIT),
  queuesCreate: method('queues.create', QueueInfoSchema, ReplySchema, 'queue.create', USUAL_LIMIT, 'request'),
  queuesList: method(
    'queues.list',
    QueuesListRequestSchema,
    QueuesListResponseSchema,
    'queue.list',
    USUAL_LIMIT,
    'request',
  ),
  queuesUpdate: method('queues.update', QueueInfoSchema, ReplySchema, 'queue.update', UPDATE_LIMIT),
  queuesDelete: method('queues.delete', QueuesDeleteRequestSchema, ReplySchema, 'queue.delete'),
  queuesInfo: method('queues.info', QueuesInfoRequestSchema, QueueInfoSchema, 'queue.stats'),
  storageItemsList: method(
    'storage/items.list',
    StorageItemsListRequestSchema,
    StorageItemsListResponseSchema,
    'queue.stats',
  ),
  storageScheduledList: method(
    'storage/scheduled.list',
    StorageItemsListRequestSchema,
    StorageItemsListResponseSchema,
    'queue.stats',
  ),
  storageItemsImport: method(
    'storage/items.import',
    StorageItemsImportRequestSchema,
    StorageItemsImportResponseSchema,
    'queue.produce',
    IMPORT_LIMIT,
  ),
  storageItemsDelete: method('storage/items.delete', StorageItemsDeleteRequestSchema, ReplySchema, 'queue.clear'),
} as const

/** The name of a call, as in the client. */
export type MethodName = keyof typeof METHODS
/** The request of a call, as it was decoded. */
export type RequestOf<N extends MethodName> = MessageShape<(typeof METHODS)[N]['request']>
/** The request of a call, as a caller writes it: every field optional. */
export type RequestInit<N extends MethodName> = MessageInitShape<(typeof METHODS)[N]['request']>
/** The response of a call. */
export type ResponseOf<N extends MethodName> = MessageShape<(typeof METHODS)[N]['response']>

const BY_PATH = new Map<string, MethodName>()
for (const name of Object.keys(METHODS) as MethodName[]) BY_PATH.set(METHODS[name].path, name)

/** The call that is served at a path; undefined when there is none. */
export function methodAt(path: string): MethodName | undefined {
  return BY_PATH.get(path)
}
