/** The methods of the client, one for each call of the protocol, named as in Querator's Go client. */
import type { RequestInit, ResponseOf } from '../protocol/methods.js'

/** What every call takes beside its request. */
export interface CallOptions {
  /**
   * Gives up waiting: the call rejects with the signal's reason, and the daemon forgets a waiting lease at once.
   * A change that was already carried out stays.
   */
  readonly signal?: AbortSignal
}

/**
 * All calls. Durations are texts such as `'30s'` or `'1h30m'`; timestamps are given as `Date` or `{ seconds, nanos }` since
 * 1970, and answered as the latter; each rejects with a `QueratorError` as its section of the contract
 * says, with code 400 for a request that is wrong or a queue that does not exist.
 */
export interface QueratorCalls {
  /** Adds up to 1,000 items. `requestTimeout` is required: more than 10 ms, less than 15 m (docs/protocol/queue.md §3). */
  queueProduce(request: RequestInit<'queueProduce'>, options?: CallOptions): Promise<void>
  /**
   * Leases up to `batchSize` (1 to 1,000) items, waiting for the first of them; 454 when there was none within
   * `requestTimeout`, more than 10 ms and at most 15 m (docs/protocol/queue.md §4).
   */
  queueLease(request: RequestInit<'queueLease'>, options?: CallOptions): Promise<ResponseOf<'queueLease'>>
  /** Ends leased items; those before a bad id stay completed (docs/protocol/queue.md §5). */
  queueComplete(request: RequestInit<'queueComplete'>, options?: CallOptions): Promise<void>
  /** Gives leased items back, now or at `retryAt`; with `dead` it deletes them (docs/protocol/queue.md §6). */
  queueRetry(request: RequestInit<'queueRetry'>, options?: CallOptions): Promise<void>
  /** Counts and ages, partition by partition (docs/protocol/queue.md §10). */
  queueStats(request: RequestInit<'queueStats'>, options?: CallOptions): Promise<ResponseOf<'queueStats'>>
  /** Removes free items (`queue`), scheduled ones (`scheduled`) or all (`queue` and `destructive`) (queue.md §11). */
  queueClear(request: RequestInit<'queueClear'>, options?: CallOptions): Promise<void>
  /** Recounts on a real server; here the counts are always right (docs/protocol/queue.md §11). */
  queueReload(request: RequestInit<'queueReload'>, options?: CallOptions): Promise<void>
  /** Makes a queue; `leaseTimeout`, `expireTimeout` and `requestedPartitions` are required (admin.md §10.1). */
  queuesCreate(request: RequestInit<'queuesCreate'>, options?: CallOptions): Promise<void>
  /** Queues of a namespace in the order of their creation; `limit` 0 means 1,000 (docs/protocol/admin.md §10.2). */
  queuesList(request: RequestInit<'queuesList'>, options?: CallOptions): Promise<ResponseOf<'queuesList'>>
  /** Changes a queue; `maxAttempts`, `deadQueue` and `reference` left out are cleared (docs/protocol/admin.md §10.3). */
  queuesUpdate(request: RequestInit<'queuesUpdate'>, options?: CallOptions): Promise<void>
  /** Removes a queue with all that is in it (docs/protocol/admin.md §10.4). */
  queuesDelete(request: RequestInit<'queuesDelete'>, options?: CallOptions): Promise<void>
  /** What is configured of a queue (docs/protocol/admin.md §10.5). */
  queuesInfo(request: RequestInit<'queuesInfo'>, options?: CallOptions): Promise<ResponseOf<'queuesInfo'>>
  /** Items of a partition that are not scheduled, leased ones too; nothing is leased by it (admin.md §11). */
  storageItemsList(
    request: RequestInit<'storageItemsList'>,
    options?: CallOptions,
  ): Promise<ResponseOf<'storageItemsList'>>
  /** Items of a partition that wait for their time (docs/protocol/admin.md §11). */
  storageScheduledList(
    request: RequestInit<'storageScheduledList'>,
    options?: CallOptions,
  ): Promise<ResponseOf<'storageScheduledList'>>
  /**
   * Adds items in the state given, with new ids. One whose `sourceId` is taken in the partition is skipped, and comes back
   * with the id that was sent. Without `expireDeadline` an item expired in 1970 (docs/protocol/admin.md §11).
   */
  storageItemsImport(
    request: RequestInit<'storageItemsImport'>,
    options?: CallOptions,
  ): Promise<ResponseOf<'storageItemsImport'>>
  /** Removes items whatever their state; unknown ids are ignored (docs/protocol/admin.md §11). */
  storageItemsDelete(request: RequestInit<'storageItemsDelete'>, options?: CallOptions): Promise<void>
  /** Makes a namespace; `apiKeyTag` marks the keys that are for it alone (docs/protocol/admin.md §4). */
  namespacesCreate(request: RequestInit<'namespacesCreate'>, options?: CallOptions): Promise<void>
  /** Replaces description and tag; what is left out is cleared. 453 when there is none of that name (admin.md §4). */
  namespacesUpdate(request: RequestInit<'namespacesUpdate'>, options?: CallOptions): Promise<void>
  /** Namespaces in the order of their creation, `_system` first; `limit` 0 means 1,000 (docs/protocol/admin.md §4). */
  namespacesList(request: RequestInit<'namespacesList'>, options?: CallOptions): Promise<ResponseOf<'namespacesList'>>
  /** Removes a namespace that has no queues, roles and bindings (docs/protocol/admin.md §4). */
  namespacesDelete(request: RequestInit<'namespacesDelete'>, options?: CallOptions): Promise<void>
  /** Makes a user, and returns the id; usernames are unique (docs/protocol/admin.md §5). */
  usersCreate(request: RequestInit<'usersCreate'>, options?: CallOptions): Promise<ResponseOf<'usersCreate'>>
  /** Users by id; `limit` 0 means 1,000 (docs/protocol/admin.md §5). */
  usersList(request: RequestInit<'usersList'>, options?: CallOptions): Promise<ResponseOf<'usersList'>>
  /** Removes a user with all bindings and keys; 453 when there is none (docs/protocol/admin.md §5). */
  usersDelete(request: RequestInit<'usersDelete'>, options?: CallOptions): Promise<void>
  /** Makes a key for a user; only this answer ever holds it whole (docs/protocol/admin.md §6). */
  apiKeysCreate(request: RequestInit<'apiKeysCreate'>, options?: CallOptions): Promise<ResponseOf<'apiKeysCreate'>>
  /** Keys by id, without their secrets, of all users or of `userId` (docs/protocol/admin.md §6). */
  apiKeysList(request: RequestInit<'apiKeysList'>, options?: CallOptions): Promise<ResponseOf<'apiKeysList'>>
  /** Removes a key, which counts no more at once; 401 when there is none with this id (docs/protocol/admin.md §6). */
  apiKeysDelete(request: RequestInit<'apiKeysDelete'>, options?: CallOptions): Promise<void>
  /** Makes a role in a namespace; permissions as in admin.md §2.5 (docs/protocol/admin.md §7). */
  rolesCreate(request: RequestInit<'rolesCreate'>, options?: CallOptions): Promise<ResponseOf<'rolesCreate'>>
  /** Roles of one namespace by id; empty means `_system` (docs/protocol/admin.md §7). */
  rolesList(request: RequestInit<'rolesList'>, options?: CallOptions): Promise<ResponseOf<'rolesList'>>
  /** Replaces the permissions of a role; 453 when there is none of that name (docs/protocol/admin.md §7). */
  rolesUpdate(request: RequestInit<'rolesUpdate'>, options?: CallOptions): Promise<void>
  /** Removes a role that nobody has (docs/protocol/admin.md §7). */
  rolesDelete(request: RequestInit<'rolesDelete'>, options?: CallOptions): Promise<void>
  /** Gives a user a role, in the namespace of the role (docs/protocol/admin.md §8). */
  roleBindingsCreate(
    request: RequestInit<'roleBindingsCreate'>,
    options?: CallOptions,
  ): Promise<ResponseOf<'roleBindingsCreate'>>
  /** Bindings in one namespace by id; `userIdFilter` has no effect (docs/protocol/admin.md §8). */
  roleBindingsList(
    request: RequestInit<'roleBindingsList'>,
    options?: CallOptions,
  ): Promise<ResponseOf<'roleBindingsList'>>
  /** Takes a role from a user (docs/protocol/admin.md §8). */
  roleBindingsDelete(request: RequestInit<'roleBindingsDelete'>, options?: CallOptions): Promise<void>
}
