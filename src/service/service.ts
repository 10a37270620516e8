/** The service: one function for each call. */
import type { Reply } from '../protocol/messages/reply.js'
import type { AnswerOf, METHODS, MethodName, RequestOf } from '../protocol/methods.js'
import { apiKeysCreate, apiKeysDelete, apiKeysList } from './calls/api-keys-calls.js'
import { queueComplete, queueLease, queueProduce, queueRetry } from './calls/item-calls.js'
import { namespacesCreate, namespacesDelete, namespacesList, namespacesUpdate } from './calls/namespaces-calls.js'
import { queueClear, queueReload, queueStats } from './calls/queue-state-calls.js'
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

/** The response of a call. Nothing if it is a plain OK. */
export type Answer<N extends MethodName> = (typeof METHODS)[N]['response'] extends typeof Reply ? void : AnswerOf<N>

/** A function for each call. The compiler checks that none is missing. */
export type Service = {
  readonly [N in MethodName]: (context: CallContext, request: RequestOf<N>) => Answer<N> | Promise<Answer<N>>
}

/** The functions that carry out the calls. */
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
