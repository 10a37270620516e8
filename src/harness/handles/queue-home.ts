/** What a queue needs of its daemon. */
import { originOf } from '../../client/call-site.js'
import type { QueratorClient } from '../../client/client.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { EventLog } from '../../diagnosis/event-log.js'
import type { ObservedTests, WaitingTest } from '../../diagnosis/observed-test.js'
import type { Backing } from '../backing/backing.js'
import { NameSource } from '../backing/queue-names.js'
import type { LeaseHome } from './leased-items.js'
import type { OpenChecks } from './open-checks.js'

/** What a queue needs of its daemon. @internal */
export interface QueueHome extends LeaseHome {
  /** The client for calls of the harness itself. */
  readonly ownClient: QueratorClient
  embedded(what: string): Daemon
  pause(queueName: string): void
  resume(queueName: string): void
  nextClientId(): string
  /** Returns the same promise, and notes whether it is awaited. */
  noted<T>(call: string, queueName: string, answer: Promise<T>): Promise<T>
  /** Tracks the check of a matcher until it settles. */
  checked(matcher: string, queueName: string, outcome: Promise<unknown>): void
  /** Returns the test that waits for something in a queue. */
  waiting(queueName: string): WaitingTest
  deleted(queueName: string): void
  /** What to say about a server elsewhere. Undefined if the daemon is in this process. */
  readonly elsewhere: Backing['elsewhere']
  /** Whether the daemon was closed. */
  isClosed(): boolean
}

/** The parts of a test daemon that its queues use. */
interface Parts {
  readonly backing: Backing
  readonly checks: OpenChecks
  readonly tests: ObservedTests
  readonly daemon: {
    readonly events: EventLog
    readonly closed: boolean
    pause(queueName: string): void
    resume(queueName: string): void
  }
}

/** Returns what the queues of a daemon need of it. */
export function queueHome({ backing, checks, tests, daemon }: Parts): QueueHome {
  const clients = new NameSource()
  const home: QueueHome = {
    client: backing.client,
    ownClient: backing.ownClient,
    events: () => daemon.events,
    embedded: (what) => backing.embedded(what),
    pause: (queueName) => daemon.pause(queueName),
    resume: (queueName) => daemon.resume(queueName),
    checked: (matcher, queueName, outcome) => checks.add(matcher, queueName, outcome, home.checked),
    noted: (call, queueName, answer) => {
      const { unawaited } = backing
      if (unawaited === undefined) return answer
      return unawaited.note({ call, queueName, origin: originOf(home.noted, unawaited.callSites) }, answer)
    },
    waiting: (queueName) => tests.waiting(queueName),
    nextClientId: () => clients.next('client'),
    deleted: (queueName) => backing.deleted(queueName),
    elsewhere: backing.elsewhere,
    isClosed: () => daemon.closed,
  }
  return home
}
