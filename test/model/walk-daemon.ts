/** The daemon of a walk: its client, its clock, and its pending leases. */
import { isQueratorError, startTestDaemon, type TestDaemon } from '../../src/index.js'
import type { ResponseOf } from '../../src/protocol/methods.js'
import { dateOf } from '../../src/protocol/timestamp.js'
import type { QueueName } from './walk-commands.js'
import { refusalText } from './worlds.js'

/** The outcome of a lease. */
export type LeaseOutcome = 'waiting' | 'timeout' | 'gone' | 'deleted' | SeenLeased

/** What a lease got. Times are milliseconds since 1970. */
export interface SeenLeased {
  readonly partition: number
  readonly items: readonly {
    readonly id: string
    readonly reference: string
    readonly attempts: number
    readonly leaseDeadline: number
  }[]
}

/** A lease request. Times are in milliseconds. */
export interface WalkLease {
  readonly key: string
  readonly queue: QueueName
  readonly clientId: string
  readonly batchSize: number
  readonly timeout: number
}

/** A daemon with a frozen clock. */
export class WalkDaemon {
  /** The outcome of each lease since the last {@link WalkDaemon.forgetAnswered}. */
  readonly leases = new Map<string, LeaseOutcome>()
  readonly #daemon: TestDaemon
  readonly #aborts = new Map<string, AbortController>()
  #refusal: string | undefined

  constructor(daemon: TestDaemon) {
    this.#daemon = daemon
  }

  static async start(): Promise<WalkDaemon> {
    const start = new Date('2026-01-01T00:00:00Z')
    return new WalkDaemon(await startTestDaemon({ clock: { start }, log: 'silent', endpoint: '' }))
  }

  get client() {
    return this.#daemon.client
  }

  get clock() {
    return this.#daemon.clock
  }

  /** Returns how a lease was refused since the last call of this method. */
  takeRefusal(): string | undefined {
    const refusal = this.#refusal
    this.#refusal = undefined
    return refusal
  }

  /** The names of the waiting leases. */
  waiting(): string[] {
    return [...this.leases].filter(([, outcome]) => outcome === 'waiting').map(([key]) => key)
  }

  /** Starts a lease. Its outcome appears in {@link WalkDaemon.leases}. */
  startLease({ key, queue, clientId, batchSize, timeout }: WalkLease): void {
    const abort = new AbortController()
    this.#aborts.set(key, abort)
    this.leases.set(key, 'waiting')
    const request = { queueName: queue, clientId, batchSize, requestTimeout: `${timeout}ms` }
    this.client.queueLease(request, { signal: abort.signal }).then(
      (got) => this.leases.set(key, seenLeased(got)),
      (error: unknown) => {
        if (!isQueratorError(error)) this.leases.set(key, 'gone')
        else if (error.code === 454) this.leases.set(key, 'timeout')
        else if (error.code === 453) this.leases.set(key, 'deleted')
        else {
          this.leases.delete(key)
          this.#refusal = refusalText(error)
        }
      },
    )
  }

  /** Starts it again, with everything. Leases that wait are refused. */
  restart(): Promise<void> {
    return this.#daemon.restart({ keeps: 'items' })
  }

  /** Aborts a lease as its client would. */
  abandon(key: string): void {
    this.#aborts.get(key)?.abort()
  }

  /** Forgets the leases that no longer wait. */
  forgetAnswered(): void {
    for (const [key, outcome] of this.leases) if (outcome !== 'waiting') this.leases.delete(key)
  }

  close(): Promise<void> {
    return this.#daemon.close()
  }
}

function seenLeased({ partition, items }: ResponseOf<'queueLease'>): SeenLeased {
  return {
    partition,
    items: items.map(({ id, reference, attempts, leaseDeadline }) => ({
      id,
      reference,
      attempts,
      leaseDeadline: leaseDeadline === undefined ? Number.NaN : dateOf(leaseDeadline).getTime(),
    })),
  }
}
