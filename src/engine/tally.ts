/** What has happened to the items of a partition since it was made, as numbers that only grow. */

/** See the head of this file. */
export class Tally {
  /** Added by queue.produce. */
  produced = 0
  /** Handed to a consumer, each time counted. */
  leased = 0
  completed = 0
  /** Given back by queue.retry, dead ones counted in. */
  retried = 0
  /** Whose lease ran out. */
  leaseExpired = 0
  /** Whose life ended. */
  expired = 0
  /** Moved or copied to the dead letter queue. */
  deadLettered = 0
}
