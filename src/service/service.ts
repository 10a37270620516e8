/** The service. */
import type { Reply } from '../protocol/messages/reply.js'
import type { AnswerOf, METHODS, MethodName, RequestOf } from '../protocol/methods.js'
import { apiKeysCreate, apiKeysDelete, apiKeysList } from './api-keys-calls.js'
import type { CallContext } from './context.js'
import { namespacesCreate, namespacesDelete, namespacesList, namespacesUpdate } from './namespaces-calls.js'
import { queueComplete, queueLease, queueProduce, queueRetry } from './queue-calls.js'
import { queueClear, queueReload, queueStats } from './queue-upkeep-calls.js'
import { queuesCreate, queuesDelete, queuesInfo, queuesList, queuesUpdate } from './queues-calls.js'
import { roleBindingsCreate, roleBindingsDelete, roleBindingsList } from './role-bindings-calls.js'
import { rolesCreate, rolesDelete, rolesList, rolesUpdate } from './roles-calls.js'
import { storageItemsDelete, storageItemsImport, storageItemsList, storageScheduledList } from './storage-calls.js'
import { usersCreate, usersDelete, usersList } from './users-calls.js'

/** The response of a call, or nothing where that is a plain OK. */
export type Answer<N extends MethodName> = (typeof METHODS)[N]['response'] extends typeof Reply ? void : AnswerOf<N>

/** One function for each call; the compiler sees to it that none is missing. */
export type Service = {
  readonly [N in MethodName]: (context: CallContext, request: RequestOf<N>) => Answer<N> | Promise<Answer<N>>
}

/** For each call of the table, the function that carries it out. */
export const SERVICE: Service = {
  queueProduce,
  queueLease,
  queueComplete,
  queueRetry,
  queueStats,
  queueClear,
  queueReload,
  queuesCreate,
  queuesList,
  queuesUpdate,
  queuesDelete,
  queuesInfo,
  storageItemsList,
  storageScheduledList,
  storageItemsImport,
  storageItemsDelete,
  namespacesCreate,
  namespacesUpdate,
  namespacesList,
  namespacesDelete,
  usersCreate,
  usersList,
  usersDelete,
  apiKeysCreate,
  apiKeysList,
  apiKeysDelete,
  rolesCreate,
  rolesList,
  rolesUpdate,
  rolesDelete,
  roleBindingsCreate,
  roleBindingsList,
  roleBindingsDelete,
}
