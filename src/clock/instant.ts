/** Points in time inside the engine: milliseconds since 1970, as numbers. RFC 3339 and Timestamp stay in protocol. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** Go's zero time, 0001-01-01T00:00:00Z: "not set" on the wire (contract: queue.md §1). */
export const ZERO_TIME: Instant = -62135596800000

/** No deadline at all. */
export const NEVER: Instant = Number.POSITIVE_INFINITY
