/** The public names of `querator-test`, written out one by one. */

export type { AuthBackend } from './access/access.js'
export type { Permission } from './access/permissions.js'
export type { CallOptions, CallRequest, CallResponse, QueratorCalls } from './client/calls.js'
export { type ClientOptions, type Encoding, QueratorClient } from './client/client.js'
export type { ClientSend, SentReply, SentRequest } from './client/client-send.js'
export type { ClockOption } from './clock/clock-option.js'
export { CONDITIONS, type ConditionName } from './daemon/conditions/condition-spec.js'
export type { ConfigTree, PartitionStorageTree, StorageConfig } from './daemon/config/config.js'
export type { PartitionTree, QueueTree } from './daemon/config/declared-queues.js'
export type {
  DaemonDump,
  DumpedApiKey,
  DumpedItem,
  DumpedNamespace,
  DumpedPartition,
  DumpedQueue,
  DumpedRole,
  DumpedRoleBinding,
  DumpedUser,
  ImportedDump,
} from './daemon/dump/daemon-dump.js'
export type { Keeps } from './daemon/lives/keeps.js'
export type { LogHandler, LogLevel, LogRecord } from './daemon/log.js'
export type { NoticesMode } from './daemon/notices.js'
export { VERSION } from './daemon/version.js'
export type { EventFilter, EventLog } from './diagnosis/event-log.js'
export type { LeaksMode } from './diagnosis/leaks.js'
export type { ProducingItem, QueueEvent } from './diagnosis/queue-event.js'
export type { EventKind } from './engine/events/event-kinds.js'
export type { Fired, FiredKind } from './engine/events/fired.js'
export { isQueratorError, QueratorError, type QueratorErrorOptions } from './errors.js'
export { type LeftOversOptions, removeLeftOvers } from './harness/backing/left-overs.js'
export type { NamedQueue } from './harness/backing/queue-names.js'
export type { AdvanceUntilOptions } from './harness/consumers/advance-until.js'
export type { AwaitedMoment, Until } from './harness/consumers/goal.js'
export type { DeadLetteredItem, Handled, HandledItem, HandledOutcome } from './harness/consumers/handled.js'
export type {
  DrainOptions,
  Handler,
  HandlerContext,
  RetryDelay,
  WorkOptions,
} from './harness/consumers/handler-options.js'
export type { MovingOptions } from './harness/consumers/moving.js'
export type { RecordingOptions } from './harness/consumers/open-recording.js'
export type { QueueWorker } from './harness/consumers/queue-worker.js'
export type { QuietOptions } from './harness/consumers/quiet.js'
export type { RecordedItem } from './harness/consumers/recorded-item.js'
export type { Recording } from './harness/consumers/recording.js'
export type { RecoveredOptions } from './harness/consumers/recovered.js'
export type { RunningWorker, RunWorkerOptions, StartWorker } from './harness/consumers/running-worker.js'
export type { MoveTimers } from './harness/consumers/time-steps.js'
export type { Tracked, TrackOptions } from './harness/consumers/track.js'
export type { TrackContext } from './harness/consumers/tracked-function.js'
export type { DaemonLimits, TestDaemonOptions } from './harness/daemon-options.js'
export type { ClockReading } from './harness/elsewhere/clock-side.js'
export type { Answer } from './harness/faults/answers.js'
export type { Condition, ConditionOptions, LossyCall, UnderOptions } from './harness/faults/condition-options.js'
export type { TestConditions } from './harness/faults/conditions-of-test.js'
export type { Fault } from './harness/faults/fault.js'
export type { FaultAction } from './harness/faults/fault-action.js'
export type {
  FaultCall,
  FaultOptions,
  OutageOptions,
  QueueFaultOptions,
} from './harness/faults/fault-options.js'
export type { FaultReading } from './harness/faults/fault-side.js'
export type { QueuePartition } from './harness/faults/queue-partition.js'
export type { DaemonWithConsumers } from './harness/handles/daemon-with-consumers.js'
export type { DaemonWithLives } from './harness/handles/daemon-with-lives.js'
export type { Lease, LeasedItem, RetryOptions } from './harness/handles/leased-items.js'
export type { ControlOptions, ListenOptions } from './harness/handles/listen.js'
export type { CrashOptions, RestartOptions } from './harness/handles/lives-of-tests.js'
export type { QueueCounts } from './harness/handles/queue-counts.js'
export type { ItemInput, LeaseOptions } from './harness/handles/queue-inputs.js'
export type { QueueOptions } from './harness/handles/queue-options.js'
export type { QueueCall, QueueWithFaults } from './harness/handles/queue-with-faults.js'
export { snapshotSerializer } from './harness/handles/snapshot.js'
export type { StoredItem } from './harness/handles/stored-item.js'
export type { TestClock } from './harness/handles/test-clock.js'
export type { TestDaemon } from './harness/handles/test-daemon.js'
export type { TestQueue } from './harness/handles/test-queue.js'
export type { TestUser, UserOptions } from './harness/handles/test-users.js'
export type { ExpectedItems, ExpectedScheduledItems } from './harness/matchers/comparison.js'
export type { MatcherOutcome } from './harness/matchers/failure.js'
export type {
  ItemFields,
  PartialItem,
  PartialScheduledItem,
  ScheduledItemFields,
} from './harness/matchers/partial-item.js'
export {
  type ClaimAbout,
  type LeasedBy,
  type QueueAssertions,
  queueMatchers,
} from './harness/matchers/queue-matchers.js'
export { openTestDaemon, startTestDaemon } from './harness/start-test-daemon.js'
export type { EventPattern } from './harness/waiting/awaited-event.js'
export type { AwaitedEvent, WaitOptions } from './harness/waiting/waiting.js'
export { type QueratorOptions, type RunningQuerator, startQuerator } from './real-server/start-querator.js'
