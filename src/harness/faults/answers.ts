/** The errors that a server can give for each call (docs/protocol/queue.md §2 to §6 and §12, admin.md §0, §2 and §6 to §10), for `refuse`. */
import { METHODS, type Method, type MethodName } from '../../protocol/methods.js'

/**
 * An error that a server gives. In a message, `<queue>` and `<id>` stand for the queue and the first id of the call, and other words in
 * angle brackets for its fields, such as `<username>`.
 */
export interface Answer {
  /** The HTTP status. */
  readonly code: number
  /** The message of the error. */
  readonly message: string
}

const NO_QUEUE = { code: 400, message: "queue does not exist; no such queue named '<queue>'" }
const STOPPING = { code: 453, message: 'service is shutting down' }
const DELETED = { code: 453, message: 'queue is shutting down' }
const BUSY = { code: 454, message: 'queue is overloaded; try again later' }
const NO_PARTITION = { code: 453, message: 'queue has no available partitions' }
const NO_ID = { code: 400, message: "invalid storage id; '<id>' does not exist" }
const WRONG_PARTITION = { code: 400, message: "partition is invalid; '<partition>' is not a valid partition" }
const NO_TIME = { code: 400, message: "request timeout is required; '5m' is recommended, 15m is the maximum" }

/** What every call about the items of a queue can get. */
const OF_QUEUE = [NO_QUEUE, DELETED, BUSY]

const taken = (message: string) => ({ code: 400, message })
const missing = (message: string) => ({ code: 453, message })
const noNamespace = (field: string) => missing(`namespace does not exist; '<${field}>' was not found`)
const noUser = (field: string) => missing(`user does not exist; '<${field}>' was not found`)
const NO_ROLE = missing("role does not exist; '<namespace>:<name>' was not found")
const NO_ROLE_NAMED = missing("role does not exist; '<namespace>:<roleName>' was not found")
const NO_DEAD_QUEUE = taken("dead_queue does not exist; '<deadQueue>' was not found, create it first")

/** What every call can get. The first of a code is the usual one. */
const OF_ALL: readonly Answer[] = [
  { code: 401, message: 'api key is invalid' },
  { code: 401, message: 'api key does not exist' },
  { code: 401, message: 'api key has expired' },
  { code: 403, message: 'access denied' },
  { code: 453, message: 'authorization check failed' },
  { code: 500, message: 'Internal Error' },
  { code: 503, message: 'Service Unavailable' },
]

const notLeased = (verb: string) => ({
  code: 400,
  message: `item(s) cannot be ${verb}; '<id>' is not marked as leased`,
})

const OF_CALL: Partial<Record<MethodName, readonly Answer[]>> = {
  queueProduce: [NO_QUEUE, NO_TIME, DELETED, NO_PARTITION, BUSY],
  queueLease: [
    NO_QUEUE,
    { code: 400, message: 'duplicate client id; a client cannot make multiple leased requests to the same queue' },
    NO_TIME,
    DELETED,
    NO_PARTITION,
    { code: 454, message: 'request timeout; no items are in the queue, try again' },
    BUSY,
  ],
  queueComplete: [NO_ID, notLeased('completed'), NO_QUEUE, WRONG_PARTITION, NO_TIME, DELETED, BUSY],
  queueRetry: [NO_ID, notLeased('retried'), NO_QUEUE, WRONG_PARTITION, DELETED, BUSY],
  queueStats: OF_QUEUE,
  queueClear: OF_QUEUE,
  queueReload: OF_QUEUE,
  queuesCreate: [taken("invalid queue; '<queue>' already exists"), NO_DEAD_QUEUE, noNamespace('namespace')],
  queuesUpdate: [NO_QUEUE, NO_DEAD_QUEUE],
  namespacesCreate: [taken("namespace already exists; '<name>' already exists")],
  namespacesUpdate: [noNamespace('name')],
  namespacesDelete: [
    noNamespace('name'),
    taken("namespace has queues; '<name>' has queues, delete queues first"),
    taken("namespace has roles; '<name>' has roles, delete roles first"),
    taken("namespace has role bindings; '<name>' has role bindings, delete role bindings first"),
  ],
  usersCreate: [taken("username is already taken; '<username>' is already taken")],
  usersDelete: [noUser('id')],
  apiKeysCreate: [noUser('userId'), missing('failed to generate api key')],
  rolesCreate: [taken("role already exists; '<namespace>:<name>' already exists"), noNamespace('namespace')],
  rolesUpdate: [NO_ROLE],
  rolesDelete: [NO_ROLE, taken("role has active bindings; '<name>' has active bindings, delete bindings first")],
  roleBindingsCreate: [
    NO_ROLE_NAMED,
    noUser('userId'),
    taken(
      "role binding already exists; binding for user '<userId>' to role '<roleId>' in namespace '<namespace>' already exists",
    ),
  ],
  roleBindingsDelete: [
    missing("role binding does not exist; '<namespace>:<userId>:<roleId>' was not found"),
    NO_ROLE_NAMED,
  ],
}

/** Returns the errors that a server can give for a call. The first of each code is the usual one. */
export function answersOf(name: MethodName): readonly Answer[] {
  const ofQueue = (METHODS[name] as Method).namespace === 'queue' ? [NO_QUEUE] : []
  return [...(OF_CALL[name] ?? ofQueue), STOPPING, ...OF_ALL]
}

/** Returns whether a message is one that an answer can have. */
export function canSay({ message }: Answer, given: string): boolean {
  const parts = message.split(/<\w+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(given)
}
