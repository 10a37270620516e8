/** The state of a daemon as plain values, for a file. */

/** What `format` says. */
export const DUMP_FORMAT = 'querator-test dump'
/** The version of the format. A change that an older package would read wrongly makes a new one. */
export const DUMP_VERSION = 1
/** The next look of a partition with items at which nobody looks: after an import, or behind an item that stays. */
export const NO_LOOK = 'none'

/**
 * The state of a daemon as `daemon.dump()` returns it: plain values, in an order that makes small differences in a diff. Times are ISO 8601 in
 * UTC, to the nanosecond. Durations are as in a configuration, such as `1m0s`.
 */
export interface DaemonDump {
  /** Always `'querator-test dump'`. */
  readonly format: string
  /** The version of the format: 1. */
  readonly version: number
  /** The time by the daemon's clock. */
  readonly time: string
  /** Whether the clock stood still. */
  readonly frozen: boolean
  /** Where the random numbers of ids and keys stand. */
  readonly random?: number
  /** In the order in which they were created. */
  readonly queues: readonly DumpedQueue[]
  /** In the order in which they were created. */
  readonly namespaces: readonly DumpedNamespace[]
  /** In the order in which they were created, like the rest. */
  readonly users: readonly DumpedUser[]
  /** Their hashes, and what is known of them. */
  readonly apiKeys: readonly DumpedApiKey[]
  /** Named lists of permissions. */
  readonly roles: readonly DumpedRole[]
  /** Who has which role. */
  readonly roleBindings: readonly DumpedRoleBinding[]
}

/** A queue of a {@link DaemonDump}. */
export interface DumpedQueue {
  /** The name. */
  readonly name: string
  /** The name of the namespace. */
  readonly namespace: string
  /** How long a lease lasts. */
  readonly leaseTimeout: string
  /** How long an item lives. */
  readonly expireTimeout: string
  /** 0 for no limit. */
  readonly maxAttempts: number
  /** The name of the dead letter queue, which may be deleted already. Empty for none. */
  readonly deadQueue: string
  /** The producer's or owner's own text. */
  readonly reference: string
  /** How many partitions were asked for. The queue may have others. */
  readonly requestedPartitions: number
  /** When it was made. */
  readonly createdAt: string
  /** When it was changed last. */
  readonly updatedAt: string
  /** Whether calls are held. */
  readonly paused: boolean
  /** The numbers of the partitions in the order in which those with equal load get a produce. */
  readonly turns: readonly number[]
  /** In the order of their numbers. */
  readonly partitions: readonly DumpedPartition[]
}

/** A partition of a {@link DumpedQueue}. */
export interface DumpedPartition {
  /** The name of its storage. */
  readonly storage: string
  /** The id from which the ids of its items count up. */
  readonly firstId: string
  /** How many ids it has given. */
  readonly idsGiven: number
  /** When the lifecycle looked last. Left out if it never has. */
  readonly lastLook?: string
  /** When the lifecycle looks next. `'none'` if it does not although there are items, as after an import. Left out if all items are scheduled, or there are none. */
  readonly nextLook?: string
  /** The ids of dead letters that may not come a second time. */
  readonly sources: readonly string[]
  /** In the order of their ids, the scheduled ones last. */
  readonly items: readonly DumpedItem[]
}

/** An item of a {@link DumpedPartition}. It has `text`, or `base64` if its payload is no text in UTF-8. */
export interface DumpedItem {
  /** The id. */
  readonly id: string
  /** Whether it is free, leased or scheduled. */
  readonly state: 'leasable' | 'leased' | 'scheduled'
  /** The producer's or owner's own text. */
  readonly reference: string
  /** The producer's kind of item. */
  readonly kind: string
  /** The producer's encoding of the payload. */
  readonly encoding: string
  /** The payload, if it is a text. */
  readonly text?: string
  /** The payload, if it is no text. */
  readonly base64?: string
  /** How often it was leased. */
  readonly attempts: number
  /** What was given when it was imported. It has no effect. */
  readonly maxAttempts: number
  /** When it was made. */
  readonly createdAt: string
  /** When it expires. */
  readonly expiresAt: string
  /** When the lease runs out, or the scheduled item comes due. A free item has it if it was imported with it, without effect. */
  readonly until?: string
  /** Who holds a leased item. Left out if it was imported as leased. */
  readonly clientId?: string
  /** Whether a copy is or was in the dead letter queue. */
  readonly copied: boolean
  /** In a dead letter queue, the id of the item in its own queue. Else empty. */
  readonly sourceId: string
}

/** A namespace of a {@link DaemonDump}. */
export interface DumpedNamespace {
  /** The name. */
  readonly name: string
  /** A text of its owner. */
  readonly description: string
  /** The tag in its keys. Empty for none. */
  readonly apiKeyTag: string
  /** When it was made. */
  readonly createdAt: string
}

/** A user of a {@link DaemonDump}. */
export interface DumpedUser {
  /** The id. */
  readonly id: string
  /** The name. */
  readonly username: string
  /** The address. May be empty. */
  readonly email: string
  /** The id in another system. May be empty. */
  readonly externalId: string
  /** When it was made. */
  readonly createdAt: string
}

/** An API key of a {@link DaemonDump}. The key itself is not in it. */
export interface DumpedApiKey {
  /** The id. */
  readonly id: string
  /** The id of the user. */
  readonly userId: string
  /** The only namespace in which it is valid. Empty for all. */
  readonly namespaceScope: string
  /** The name. */
  readonly name: string
  /** The first characters, which may be shown. */
  readonly prefix: string
  /** Until when it is valid. Left out for ever. */
  readonly expiresAt?: string
  /** When it was made. */
  readonly createdAt: string
  /** The last use, to within five minutes. Left out for a new one. */
  readonly lastUsedAt?: string
  /** The SHA-256 hash of the key, in hexadecimal digits. */
  readonly hash: string
}

/** A role of a {@link DaemonDump}. */
export interface DumpedRole {
  /** The id. */
  readonly id: string
  /** The name of the namespace. */
  readonly namespace: string
  /** The name. */
  readonly name: string
  /** The permissions, as they were given. */
  readonly permissions: readonly string[]
  /** When it was made. */
  readonly createdAt: string
}

/** A role binding of a {@link DaemonDump}. */
export interface DumpedRoleBinding {
  /** The id. */
  readonly id: string
  /** The name of the namespace. */
  readonly namespace: string
  /** The id of the user. */
  readonly userId: string
  /** The id of the role. */
  readonly roleId: string
  /** When it was made. */
  readonly createdAt: string
}

/** A {@link DaemonDump} as TypeScript sees a JSON file that you import: a `state` is any text. It is checked when the daemon starts. */
export interface ImportedDump extends Omit<DaemonDump, 'queues'> {
  /** In the order in which they were created. */
  readonly queues: readonly (Omit<DumpedQueue, 'partitions'> & {
    /** In the order of their numbers. */
    readonly partitions: readonly (Omit<DumpedPartition, 'items'> & {
      /** In the order of their ids, the scheduled ones last. */
      readonly items: readonly (Omit<DumpedItem, 'state'> & {
        /** Whether it is free, leased or scheduled. */
        readonly state: string
      })[]
    })[]
  })[]
}
