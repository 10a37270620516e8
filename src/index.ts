/** The public names of `querator-test`, written out one by one. */
export type { CallOptions, QueratorCalls } from './client/calls.js'
export { type ClientOptions, QueratorClient } from './client/client.js'
export type { Fired, FiredKind } from './clock/clock.js'
export type { ClockOption, TestClock } from './clock/test-clock.js'
export type { ConfigTree } from './daemon/config/config.js'
export type { EventKind } from './daemon/daemon.js'
export type { LogLevel, LogRecord } from './daemon/log.js'
export { VERSION } from './daemon/version.js'
export { isQueratorError, QueratorError } from './errors.js'
export type { EventLog, QueueEvent } from './harness/event-log.js'
export { LEAKS_MODES, type LeaksMode } from './harness/leaks.js'
export type { Lease, LeasedItem, RetryOptions } from './harness/leased-items.js'
export { removeLeftOvers } from './harness/left-overs.js'
export type { ItemFields, PartialItem } from './harness/matchers/partial-item.js'
export {
  type ExpectedItems,
  type LeasedBy,
  type QueueAssertions,
  queueMatchers,
} from './harness/matchers/queue-matchers.js'
export type { QueueOptions } from './harness/queue-options.js'
export { snapshotSerializer } from './harness/snapshot.js'
export { type QueratorOptions, type RunningQuerator, startQuerator } from './harness/start-querator.js'
export { openTestDaemon, startTestDaemon, type TestDaemonOptions } from './harness/start-test-daemon.js'
export type { StoredItem } from './harness/stored-item.js'
export type { TestDaemon } from './harness/test-daemon.js'
export type { EndOfTest } from './harness/test-of-runner.js'
export type { ItemInput, LeaseOptions, QueueCounts, TestQueue } from './harness/test-queue.js'
export type { TestUser, UserOptions } from './harness/test-users.js'
export type { AwaitedEvent, WaitOptions } from './harness/waiting.js'
