/** The service. */
import type { Reply } from '../protocol/messages/reply.js'
import type { AnswerOf, METHODS, MethodName, RequestOf } from '../protocol/methods.js'
import { apiKeysCreate, apiKeysDelete, apiKeysList } from './calls/api-keys-calls.js'
import { namespacesCreate, namespacesDelete, namespacesList, namespacesUpdate } from './calls/namespaces-calls.js'
import { queueComplete, queueLease, queueProduce, queueRetry } from './calls/queue-calls.js'
import { queueClear, queueReload, queueStats } from './calls/queue-upkeep-calls.js'
import { queuesCreate, queuesDelete, queuesInfo, queuesList, queuesUpdate } from './calls/queues-calls.js'
import { roleBindingsCreate, roleBindingsDelete, roleBindingsList } from './calls/role-bindings-calls.js'
import { rolesCreate, rolesDelete, rolesList, rolesUpdate } from './calls/roles-calls.js'
import {
  storageItemsDelete,
  storageItemsImport,
  storageItemsList,
  storageScheduledList,
} from './calls/storage-calls.js'
import { usersCreate, usersDelete, usersList } from './calls/users-calls.js'
import type { CallContext } from './context.js'

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
