/** What the handles of a daemon share. */
import type { CallSites } from '../../client/call-site.js'
import type { QueratorClient } from '../../client/client.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { FaultSpec } from '../../daemon/faults/fault-spec.js'
import type { WaitingTest } from '../../diagnosis/observed-tests.js'
import type { Backing } from '../backing/backing.js'
import { NameSource } from '../backing/queue-names.js'
import type { MovingPlace } from '../consumers/moving.js'
import type { RunningHandlers } from '../consumers/running-handlers.js'
import type { RunningWorker, RunWorkerOptions, StartWorker } from '../consumers/running-worker.js'
import type { RemoteDaemon } from '../elsewhere/remote-daemon.js'
import type { Fault } from '../faults/fault.js'
import type { LeaseHome } from './leased-items.js'
import type { RunnerSide } from './runner-side.js'

/** What a check asks that asks whether a queue is done: whether a scheduled item counts. Undefined if it asks something else. */
export type AsksDone = { readonly scheduled: boolean } | undefined

/** What a queue needs of its daemon. @internal */
export interface QueueHome extends LeaseHome {
  /** The client for the handlers of drain and work. */
  readonly handlersClient: QueratorClient
  /** The client for calls of the harness itself. */
  readonly ownClient: QueratorClient
  /** The daemon in the process. Undefined for a server elsewhere. */
  readonly daemon: Daemon | undefined
  /** What a server elsewhere with a control plane can do. Undefined on any other daemon. */
  readonly remote: RemoteDaemon | undefined
  embedded(what: string): Daemon
  /** Asks with the client of the harness, for a test. @throws what the test began without an `await`, if that failed */
  afterBegun<T>(queueName: string, ask: () => Promise<T>): Promise<T>
  /** How calls note where they were made. Undefined if they do not. */
  readonly callSites: CallSites | undefined
  /** Makes a fault. @throws QueratorError on a server elsewhere, or if the fault could never act beside an earlier one */
  fault(spec: FaultSpec): Fault
  pause(queueName: string): void
  resume(queueName: string): void
  /** Returns a new name for a consumer. Default: `client-1` and so on. */
  nextClientId(label?: string): string
  /** Starts a worker of the test that has this queue. */
  runWorker(start: StartWorker, options: RunWorkerOptions, queueName: string): RunningWorker
  /** The handlers of drain and work that run. */
  readonly handlers: RunningHandlers
  /** Returns a function that returns the failure of a worker of the test, once. */
  failure(queueName: string): () => Error | undefined
  /** Returns the same promise, and notes whether it is awaited. */
  noted<T>(call: string, queueName: string, answer: Promise<T>): Promise<T>
  /** Tracks the check of a matcher until it settles. */
  checked(matcher: string, queueName: string, outcome: Promise<{ readonly pass: boolean }>, asksDone: AsksDone): void
  /** Notes that a check passed which asks whether a queue is done. `scheduled`: it would have failed on a scheduled item. */
  passed(check: string, queueName: string, scheduled: boolean): void
  /** Returns the test that waits for something in a queue. */
  waiting(queueName: string): WaitingTest
  /** Returns what waits work on. @throws QueratorError on a server elsewhere */
  place(what: string, queueName: string): MovingPlace
  deleted(queueName: string): void
  /** What to say about a server elsewhere. Undefined if the daemon is in this process. */
  readonly elsewhere: Backing['elsewhere']
  /** Whether the daemon was closed. */
  isClosed(): boolean
}

/** The parts of a home that the daemon has. */
type OfDaemon = Pick<QueueHome, 'events' | 'pause' | 'resume' | 'isClosed'>

/** Makes the home of the queues of a daemon. */
export function queueHome(backing: Backing, runner: RunnerSide, ofDaemon: OfDaemon): QueueHome {
  const clients = new NameSource()
  const { queueClient: client, handlersClient, ownClient, unawaited } = backing
  const home: QueueHome = {
    ...ofDaemon,
    client,
    handlersClient,
    ownClient,
    daemon: backing.isEmbedded ? backing.embedded('observe') : undefined,
    callSites: unawaited?.callSites,
    fault: (spec) => runner.fault(spec),
    remote: runner.remote,
    afterBegun: (queueName, ask) => (runner.remote ? runner.remote.control.settled(queueName).then(ask) : ask()),
    embedded: (what) => backing.embedded(what),
    checked: (matcher, queueName, outcome, asksDone) => {
      runner.checks.add(matcher, queueName, outcome, home.checked)
      if (asksDone === undefined) return
      const passed = ({ pass }: { readonly pass: boolean }) =>
        pass && home.passed(matcher, queueName, asksDone.scheduled)
      outcome.then(passed, () => undefined)
    },
    passed: (check, queueName, scheduled) => runner.passed.add(check, queueName, scheduled),
    waiting: (queueName) => runner.waiting(queueName),
    place: (what, queueName) => runner.place(what, queueName),
    runWorker: (start, options, queueName) => runner.runWorker(start, options, queueName),
    handlers: runner.workers.handlers,
    failure: (queueName) => runner.failure(queueName),
    noted: runner.noted,
    nextClientId: (label = 'client') => clients.next(label),
    deleted: (queueName) => backing.deleted(queueName),
    elsewhere: backing.elsewhere,
  }
  return home
}
