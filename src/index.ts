/** The public names of `querator-test`, written out one by one. */
export type { CallOptions, CallRequest, CallResponse, QueratorCalls } from './client/calls.js'
export { type ClientOptions, type Encoding, QueratorClient } from './client/client.js'
export type { ClientSend, SentReply, SentRequest } from './client/client-send.js'
export type { Fired, FiredKind } from './clock/clock.js'
export type { ClockOption, TestClock } from './clock/test-clock.js'
export type {
  AuthBackend,
  ConfigTree,
  PartitionStorageTree,
  PartitionTree,
  QueueTree,
  StorageConfig,
} from './daemon/config/config.js'
export type { EventKind, Permission } from './daemon/daemon.js'
export type { LogHandler, LogLevel, LogRecord } from './daemon/log.js'
export { VERSION } from './daemon/version.js'
export { isQueratorError, QueratorError, type QueratorErrorOptions } from './errors.js'
export { LEAKS_MODES, type LeaksMode } from './harness/diagnosis/leaks.js'
export type { EventLog, QueueEvent } from './harness/event-log.js'
export type { Lease, LeasedItem, RetryOptions } from './harness/leased-items.js'
export { type LeftOversOptions, removeLeftOvers } from './harness/left-overs.js'
export type { ExpectedItems } from './harness/matchers/comparison.js'
export type { MatcherOutcome } from './harness/matchers/failure.js'
export type { ItemFields, PartialItem } from './harness/matchers/partial-item.js'
export {
  type LeasedBy,
  type QueueAssertions,
  queueMatchers,
} from './harness/matchers/queue-matchers.js'
export type { ItemInput, LeaseOptions, QueueCounts } from './harness/queue-calls.js'
export type { QueueOptions } from './harness/queue-options.js'
export { snapshotSerializer } from './harness/snapshot.js'
export { type QueratorOptions, type RunningQuerator, startQuerator } from './harness/start-querator.js'
export {
  type DaemonLimits,
  openTestDaemon,
  startTestDaemon,
  type TestDaemonOptions,
} from './harness/start-test-daemon.js'
export type { StoredItem } from './harness/stored-item.js'
export type { ListenOptions, TestDaemon } from './harness/test-daemon.js'
export type { TestQueue } from './harness/test-queue.js'
export type { TestUser, UserOptions } from './harness/test-users.js'
export type { AwaitedEvent, WaitOptions } from './harness/waiting.js'
