/** The table of calls (docs/protocol/admin.md §1.4, §1.6). */
import type { ByteText } from './byte-text.js'
import {
  APIKeyCreateRequest,
  APIKeyCreateResponse,
  APIKeysDeleteRequest,
  APIKeysListRequest,
  APIKeysListResponse,
} from './messages/api-keys.js'
import type { FieldsOf, Init, MessageType, Shape } from './messages/message.js'
import {
  NamespaceInfo,
  NamespacesDeleteRequest,
  NamespacesListRequest,
  NamespacesListResponse,
} from './messages/namespaces.js'
import {
  QueueClearRequest,
  QueueCompleteRequest,
  QueueLeaseRequest,
  QueueLeaseResponse,
  QueueProduceRequest,
  QueueReloadRequest,
  QueueRetryRequest,
  QueueStatsRequest,
  QueueStatsResponse,
} from './messages/queue.js'
import {
  QueueInfo,
  QueuesDeleteRequest,
  QueuesInfoRequest,
  QueuesListRequest,
  QueuesListResponse,
} from './messages/queues.js'
import { Reply } from './messages/reply.js'
import {
  RoleBindingCreateRequest,
  RoleBindingCreateResponse,
  RoleBindingDeleteRequest,
  RoleBindingsListRequest,
  RoleBindingsListResponse,
  RoleCreateRequest,
  RoleCreateResponse,
  RolesDeleteRequest,
  RolesListRequest,
  RolesListResponse,
  RoleUpdateRequest,
} from './messages/roles.js'
import {
  StorageItemsDeleteRequest,
  StorageItemsImportRequest,
  StorageItemsImportResponse,
  StorageItemsListRequest,
  StorageItemsListResponse,
} from './messages/storage.js'
import {
  UserCreateRequest,
  UserCreateResponse,
  UsersDeleteRequest,
  UsersListRequest,
  UsersListResponse,
} from './messages/users.js'

/** A row of the table. */
export interface Method<I extends MessageType = MessageType, O extends MessageType = MessageType> {
  /** The path of the POST request. */
  readonly path: string
  readonly request: I
  /** `Reply` for calls without a response of their own. */
  readonly response: O
  /** The longest body, in bytes. */
  readonly bodyLimit: number
  /** The permission that the caller needs. */
  readonly permission: string
  /** The namespace for the permission: the queue's, the one in the request (empty: `_system`), or always `_system`. */
  readonly namespace: 'queue' | 'request' | 'system'
}

const PRODUCE_LIMIT = 5_000_000
const SMALL_LIMIT = 512
const UPDATE_LIMIT = 512_000
const IMPORT_LIMIT = 64_000_000
const USUAL_LIMIT = 256_000

function method<I extends MessageType, O extends MessageType>(
  path: string,
  request: I,
  response: O,
  permission: string,
  bodyLimit = USUAL_LIMIT,
  namespace: Method['namespace'] = 'queue',
): Method<I, O> {
  return { path: `/v1/${path}`, request, response, bodyLimit, permission, namespace }
}

/** Returns a call that is not about one queue. */
function accessMethod<I extends MessageType, O extends MessageType>(
  path: string,
  request: I,
  response: O,
  permission: string,
  namespace: 'request' | 'system',
): Method<I, O> {
  return method(path, request, response, permission, USUAL_LIMIT, namespace)
}

/**
 * The table of calls. The handler, the client, permissions and limits come from it. A call that is not in it does not exist. Keys are
 * the names of the client's methods, as in Querator's Go client.
 */
export const METHODS = {
  queueProduce: method('queue.produce', QueueProduceRequest, Reply, 'queue.produce', PRODUCE_LIMIT),
  queueLease: method('queue.lease', QueueLeaseRequest, QueueLeaseResponse, 'queue.lease', SMALL_LIMIT),
  queueComplete: method('queue.complete', QueueCompleteRequest, Reply, 'queue.complete'),
  queueRetry: method('queue.retry', QueueRetryRequest, Reply, 'queue.retry'),
  queueStats: method('queue.stats', QueueStatsRequest, QueueStatsResponse, 'queue.stats', SMALL_LIMIT),
  queueClear: method('queue.clear', QueueClearRequest, Reply, 'queue.clear', SMALL_LIMIT),
  queueReload: method('queue.reload', QueueReloadRequest, Reply, 'queue.update', SMALL_LIMIT),
  queuesCreate: method('queues.create', QueueInfo, Reply, 'queue.create', USUAL_LIMIT, 'request'),
  queuesList: method('queues.list', QueuesListRequest, QueuesListResponse, 'queue.list', USUAL_LIMIT, 'request'),
  queuesUpdate: method('queues.update', QueueInfo, Reply, 'queue.update', UPDATE_LIMIT),
  queuesDelete: method('queues.delete', QueuesDeleteRequest, Reply, 'queue.delete'),
  queuesInfo: method('queues.info', QueuesInfoRequest, QueueInfo, 'queue.stats'),
  storageItemsList: method('storage/items.list', StorageItemsListRequest, StorageItemsListResponse, 'queue.stats'),
  storageScheduledList: method(
    'storage/scheduled.list',
    StorageItemsListRequest,
    StorageItemsListResponse,
    'queue.stats',
  ),
  storageItemsImport: method(
    'storage/items.import',
    StorageItemsImportRequest,
    StorageItemsImportResponse,
    'queue.produce',
    IMPORT_LIMIT,
  ),
  storageItemsDelete: method('storage/items.delete', StorageItemsDeleteRequest, Reply, 'queue.clear'),
  namespacesCreate: accessMethod('namespaces.create', NamespaceInfo, Reply, 'namespace.create', 'system'),
  namespacesUpdate: accessMethod('namespaces.update', NamespaceInfo, Reply, 'namespace.update', 'system'),
  namespacesList: accessMethod(
    'namespaces.list',
    NamespacesListRequest,
    NamespacesListResponse,
    'namespace.list',
    'system',
  ),
  namespacesDelete: accessMethod('namespaces.delete', NamespacesDeleteRequest, Reply, 'namespace.delete', 'system'),
  usersCreate: accessMethod('users.create', UserCreateRequest, UserCreateResponse, 'user.create', 'system'),
  usersList: accessMethod('users.list', UsersListRequest, UsersListResponse, 'user.list', 'system'),
  usersDelete: accessMethod('users.delete', UsersDeleteRequest, Reply, 'user.delete', 'system'),
  apiKeysCreate: accessMethod('apikeys.create', APIKeyCreateRequest, APIKeyCreateResponse, 'apikey.create', 'system'),
  apiKeysList: accessMethod('apikeys.list', APIKeysListRequest, APIKeysListResponse, 'apikey.list', 'system'),
  apiKeysDelete: accessMethod('apikeys.delete', APIKeysDeleteRequest, Reply, 'apikey.delete', 'system'),
  rolesCreate: accessMethod('roles.create', RoleCreateRequest, RoleCreateResponse, 'role.create', 'request'),
  rolesList: accessMethod('roles.list', RolesListRequest, RolesListResponse, 'role.list', 'request'),
  rolesUpdate: accessMethod('roles.update', RoleUpdateRequest, Reply, 'role.update', 'request'),
  rolesDelete: accessMethod('roles.delete', RolesDeleteRequest, Reply, 'role.delete', 'request'),
  roleBindingsCreate: accessMethod(
    'rolebindings.create',
    RoleBindingCreateRequest,
    RoleBindingCreateResponse,
    'rolebinding.create',
    'request',
  ),
  roleBindingsList: accessMethod(
    'rolebindings.list',
    RoleBindingsListRequest,
    RoleBindingsListResponse,
    'rolebinding.list',
    'request',
  ),
  roleBindingsDelete: accessMethod(
    'rolebindings.delete',
    RoleBindingDeleteRequest,
    Reply,
    'rolebinding.delete',
    'request',
  ),
} as const

/** The name of a call, as in the client. */
export type MethodName = keyof typeof METHODS
/** The request of a call as the server reads it. */
export type RequestOf<N extends MethodName> = Shape<FieldsOf<(typeof METHODS)[N]['request']>, ByteText>
/** The request of a call as a caller writes it. Every field is optional. */
export type RequestInit<N extends MethodName> = Init<FieldsOf<(typeof METHODS)[N]['request']>, Uint8Array>
/** The response of a call as the server writes it. */
export type AnswerOf<N extends MethodName> = Init<FieldsOf<(typeof METHODS)[N]['response']>, ByteText>
/** The response of a call as a client reads it. */
export type ResponseOf<N extends MethodName> = Shape<FieldsOf<(typeof METHODS)[N]['response']>, Uint8Array>

const BY_PATH = new Map<string, MethodName>()
for (const name of Object.keys(METHODS) as MethodName[]) BY_PATH.set(METHODS[name].path, name)

/** Returns the call at a path, or `undefined`. */
export function methodAt(path: string): MethodName | undefined {
  return BY_PATH.get(path)
}
