/** The methods of the client, one for each call of the protocol, named as in Querator's Go client. */
import type { RequestInit, ResponseOf } from '../protocol/methods.js'

/** Options of every call of a client. */
export interface CallOptions {
  /**
   * Cancels the call. It rejects with the signal's reason, and the daemon drops a waiting lease at once. A change that was
   * already carried out stays.
   */
  readonly signal?: AbortSignal
}

/**
 * The request of a call, for example `CallRequest<'queueLease'>`. You may leave out every field. Durations are texts such as
 * `'30s'`, times are a `Date` or `{ seconds, nanos }` since 1970, and payloads are `Uint8Array`. Fields are listed in
 * docs/protocol/messages.md.
 */
export type CallRequest<N extends keyof QueratorCalls> = RequestInit<N>

/**
 * The response of a call, for example `CallResponse<'queueLease'>`. Every field is present, except times that are not set. Times
 * are `{ seconds, nanos }` since 1970, and payloads are `Uint8Array`. Fields are listed in docs/protocol/messages.md.
 */
export type CallResponse<N extends keyof QueratorCalls> = ResponseOf<N>

/**
 * The methods of a client, one for each call of the protocol. Each rejects with a `QueratorError` if the daemon refuses the call.
 * A wrong request or an unknown queue gets code 400. A missing permission gets code 403.
 */
export interface QueratorCalls {
  /** Adds up to 1,000 items. `requestTimeout` is required: more than 10 ms, less than 15 minutes. See docs/protocol/queue.md §3. */
  queueProduce(request: CallRequest<'queueProduce'>, options?: CallOptions): Promise<void>
  /**
   * Leases 1 to 1,000 items, and waits until there is at least one. `batchSize`, `clientId` and `requestTimeout` are required.
   * `requestTimeout` is more than 10 ms, at most 15 minutes. The call rejects with code 454 if no item arrives in that time. See
   * docs/protocol/queue.md §4.
   */
  queueLease(request: CallRequest<'queueLease'>, options?: CallOptions): Promise<CallResponse<'queueLease'>>
  /** Completes up to 1,000 leased items. Items before a wrong id stay completed. See docs/protocol/queue.md §5. */
  queueComplete(request: CallRequest<'queueComplete'>, options?: CallOptions): Promise<void>
  /**
   * Returns up to 1,000 leased items to the queue, at once or at `retryAt`. With `dead`, it deletes them. See
   * docs/protocol/queue.md §6.
   */
  queueRetry(request: CallRequest<'queueRetry'>, options?: CallOptions): Promise<void>
  /** Returns the counts and average ages of each partition. See docs/protocol/queue.md §10. */
  queueStats(request: CallRequest<'queueStats'>, options?: CallOptions): Promise<CallResponse<'queueStats'>>
  /**
   * Deletes items of all partitions: free ones (`queue`), scheduled ones (`scheduled`), or all (`queue` and `destructive`). See
   * docs/protocol/queue.md §11.
   */
  queueClear(request: CallRequest<'queueClear'>, options?: CallOptions): Promise<void>
  /** Recounts the items. Changes nothing on a test daemon, where counts are always right. See docs/protocol/queue.md §11. */
  queueReload(request: CallRequest<'queueReload'>, options?: CallOptions): Promise<void>
  /**
   * Creates a queue. `leaseTimeout` and `expireTimeout` are required. A queue needs at least 1 in `requestedPartitions` to take
   * items. See docs/protocol/admin.md §10.1.
   */
  queuesCreate(request: CallRequest<'queuesCreate'>, options?: CallOptions): Promise<void>
  /** Lists the queues of a namespace in the order of their creation. `limit` 0 means 1,000. See docs/protocol/admin.md §10.2. */
  queuesList(request: CallRequest<'queuesList'>, options?: CallOptions): Promise<CallResponse<'queuesList'>>
  /**
   * Changes the options of a queue. If you leave out `maxAttempts`, `deadQueue` or `reference`, they are cleared. See
   * docs/protocol/admin.md §10.3.
   */
  queuesUpdate(request: CallRequest<'queuesUpdate'>, options?: CallOptions): Promise<void>
  /** Deletes a queue and its items. Waiting leases get a 453. See docs/protocol/admin.md §10.4. */
  queuesDelete(request: CallRequest<'queuesDelete'>, options?: CallOptions): Promise<void>
  /** Returns the options of a queue. See docs/protocol/admin.md §10.5. */
  queuesInfo(request: CallRequest<'queuesInfo'>, options?: CallOptions): Promise<CallResponse<'queuesInfo'>>
  /**
   * Lists the items of a partition that are not scheduled, including leased ones. It leases nothing. See docs/protocol/admin.md
   * §11.
   */
  storageItemsList(
    request: CallRequest<'storageItemsList'>,
    options?: CallOptions,
  ): Promise<CallResponse<'storageItemsList'>>
  /** Lists the scheduled items of a partition. See docs/protocol/admin.md §11. */
  storageScheduledList(
    request: CallRequest<'storageScheduledList'>,
    options?: CallOptions,
  ): Promise<CallResponse<'storageScheduledList'>>
  /**
   * Adds items in the state that you give, with new ids. An item whose `sourceId` is already in the partition is skipped, and
   * returned with the id that you sent. Always set `expireDeadline`: without it, the item has expired in 1970. See
   * docs/protocol/admin.md §11.
   */
  storageItemsImport(
    request: CallRequest<'storageItemsImport'>,
    options?: CallOptions,
  ): Promise<CallResponse<'storageItemsImport'>>
  /** Deletes items of a partition, also leased and scheduled ones. Ignores unknown ids. See docs/protocol/admin.md §11. */
  storageItemsDelete(request: CallRequest<'storageItemsDelete'>, options?: CallOptions): Promise<void>
  /** Creates a namespace. `apiKeyTag` marks the keys that are scoped to it. See docs/protocol/admin.md §4. */
  namespacesCreate(request: CallRequest<'namespacesCreate'>, options?: CallOptions): Promise<void>
  /**
   * Replaces the description and the tag of a namespace. If you leave one out, it is cleared. An unknown namespace gets a 453. See
   * docs/protocol/admin.md §4.
   */
  namespacesUpdate(request: CallRequest<'namespacesUpdate'>, options?: CallOptions): Promise<void>
  /**
   * Lists the namespaces in the order of their creation, `_system` first. `limit` 0 means 1,000. See docs/protocol/admin.md §4.
   */
  namespacesList(request: CallRequest<'namespacesList'>, options?: CallOptions): Promise<CallResponse<'namespacesList'>>
  /** Deletes a namespace that has no queues, roles or role bindings. See docs/protocol/admin.md §4. */
  namespacesDelete(request: CallRequest<'namespacesDelete'>, options?: CallOptions): Promise<void>
  /** Creates a user, and returns its id. Usernames are unique. See docs/protocol/admin.md §5. */
  usersCreate(request: CallRequest<'usersCreate'>, options?: CallOptions): Promise<CallResponse<'usersCreate'>>
  /** Lists the users by id. `limit` 0 means 1,000. See docs/protocol/admin.md §5. */
  usersList(request: CallRequest<'usersList'>, options?: CallOptions): Promise<CallResponse<'usersList'>>
  /** Deletes a user with its role bindings and keys. An unknown user gets a 453. See docs/protocol/admin.md §5. */
  usersDelete(request: CallRequest<'usersDelete'>, options?: CallOptions): Promise<void>
  /** Creates an API key for a user. Only this response contains the whole key. See docs/protocol/admin.md §6. */
  apiKeysCreate(request: CallRequest<'apiKeysCreate'>, options?: CallOptions): Promise<CallResponse<'apiKeysCreate'>>
  /** Lists API keys by id, without their secrets: those of `userId`, or all. See docs/protocol/admin.md §6. */
  apiKeysList(request: CallRequest<'apiKeysList'>, options?: CallOptions): Promise<CallResponse<'apiKeysList'>>
  /** Deletes an API key. It stops working at once. An unknown id gets a 401. See docs/protocol/admin.md §6. */
  apiKeysDelete(request: CallRequest<'apiKeysDelete'>, options?: CallOptions): Promise<void>
  /** Creates a role in a namespace, with a list of permissions. See docs/protocol/admin.md §7. */
  rolesCreate(request: CallRequest<'rolesCreate'>, options?: CallOptions): Promise<CallResponse<'rolesCreate'>>
  /** Lists the roles of a namespace by id. No namespace means `_system`. See docs/protocol/admin.md §7. */
  rolesList(request: CallRequest<'rolesList'>, options?: CallOptions): Promise<CallResponse<'rolesList'>>
  /** Replaces the permissions of a role. An unknown role gets a 453. See docs/protocol/admin.md §7. */
  rolesUpdate(request: CallRequest<'rolesUpdate'>, options?: CallOptions): Promise<void>
  /** Deletes a role that has no role bindings. See docs/protocol/admin.md §7. */
  rolesDelete(request: CallRequest<'rolesDelete'>, options?: CallOptions): Promise<void>
  /** Gives a user a role, in the namespace of the role. See docs/protocol/admin.md §8. */
  roleBindingsCreate(
    request: CallRequest<'roleBindingsCreate'>,
    options?: CallOptions,
  ): Promise<CallResponse<'roleBindingsCreate'>>
  /** Lists the role bindings of a namespace by id. `userIdFilter` has no effect. See docs/protocol/admin.md §8. */
  roleBindingsList(
    request: CallRequest<'roleBindingsList'>,
    options?: CallOptions,
  ): Promise<CallResponse<'roleBindingsList'>>
  /** Takes a role from a user. See docs/protocol/admin.md §8. */
  roleBindingsDelete(request: CallRequest<'roleBindingsDelete'>, options?: CallOptions): Promise<void>
}
