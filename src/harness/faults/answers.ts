/** The errors that a server can give for each call (docs/protocol/queue.md §2 to §6, admin.md §0, §2), for `refuse`. */
import { METHODS, type Method, type MethodName } from '../../protocol/methods.js'

/** An error that a server gives. `<queue>` and `<id>` in a message stand for the queue and the first id of the call. */
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
const WRONG_PARTITION = { code: 400, message: "partition is invalid; '<n>' is not a valid partition" }
const NO_TIME = { code: 400, message: "request timeout is required; '5m' is recommended, 15m is the maximum" }

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
