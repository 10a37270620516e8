/** What is left to do in the queues that a test follows. */
import type { Daemon } from '../../daemon/daemon.js'
import { explainQueue } from '../../diagnosis/explain.js'
import { goneError } from '../../diagnosis/gone-queue.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import type { WaitingTest } from '../../diagnosis/observed-tests.js'
import { lostQueue, queuesWithLosses } from '../../diagnosis/unmended-loss.js'
import { visible } from '../../visible.js'

/** The most queues and items that an error lists. */
const MOST_TOLD = 3

/** Says how many calls have no reply yet, without waiting leases. Empty if there is none. */
export function openCallLines({ activity, inspector }: Daemon): string[] {
  const open = activity.open - inspector.waitingLeases
  return open > 0 ? [`${open} ${open === 1 ? 'call has' : 'calls have'} no reply yet`] : []
}

/** The queues that a test follows: those that it names; or else its own, and all that something happens in. */
export class Outstanding {
  readonly #daemon: Daemon
  readonly #test: WaitingTest
  readonly #only: readonly string[] | undefined
  /** The numbers of the queues in which something happened, and of those that somebody leased from. */
  readonly #touched = new Set<number>()
  readonly #leasedFrom = new Set<number>()
  #read: number

  constructor(daemon: Daemon, test: WaitingTest, only: readonly string[] | undefined) {
    this.#daemon = daemon
    this.#test = test
    this.#only = only
    this.#read = daemon.record.count
  }

  /** The queues. A dead letter queue that nobody leases from does not count: its items stay there. */
  get queues(): string[] {
    const { inspector } = this.#daemon
    this.#readOn()
    if (this.#only !== undefined) return this.#only.filter((name) => inspector.queueId(name) !== undefined)
    const own = this.#test.queues?.()
    const names = inspector.queueNames()
    const dead = new Set(names.map((name) => inspector.queue(name).config.deadQueue))
    return names.filter((name) => {
      const id = inspector.queueId(name) as number
      const isFollowed = own === undefined || own.includes(name) || this.#touched.has(id)
      const isLeasedFrom = this.#leasedFrom.has(id) || inspector.waits(name)
      return isFollowed && (isLeasedFrom || !dead.has(name))
    })
  }

  /** The queues that lost something in the test: those that it names, or else its own, and those in which it did something. */
  get withLosses(): string[] {
    const { first, queues } = this.#test
    // In most tests, nothing can be lost.
    if (this.#daemon.record.landmarks.lastTurn < first) return []
    const names = queuesWithLosses(this.#daemon, first, this.#only ?? queues?.() ?? [])
    return names.filter((name) => this.#only?.includes(name) !== false)
  }

  /** Says which of them were lost as a whole, and are not there again. */
  lostLines(): string[] {
    const isGone = (name: string) => lostQueue(this.#daemon, name, this.#test.first) !== undefined
    const gone = this.withLosses.filter(isGone).slice(0, MOST_TOLD)
    return gone.map((name) => goneError(this.#daemon, name).message)
  }

  /** How many of their items are free, and how many are leased. */
  get counts(): { readonly free: number; readonly leased: number; readonly scheduled: number } {
    const sum = { free: 0, leased: 0, scheduled: 0 }
    for (const name of this.queues) {
      const { leasable = 0, leased = 0, scheduled = 0 } = this.#daemon.inspector.totals(name) ?? {}
      sum.free += leasable
      sum.leased += leased
      sum.scheduled += scheduled
    }
    return sum
  }

  /** Whether time will make something happen in them: an item is leased or scheduled. */
  get isDue(): boolean {
    const { leased, scheduled } = this.counts
    return leased + scheduled > 0
  }

  /** Says what is not done yet, and by whom. */
  lines(): string[] {
    const { inspector } = this.#daemon
    const left = this.queues.filter((name) => {
      const totals = inspector.totals(name)
      return (totals?.leasable ?? 0) + (totals?.leased ?? 0) > 0 || inspector.queue(name).paused
    })
    return [
      ...openCallLines(this.#daemon),
      ...left
        .slice(0, MOST_TOLD)
        .flatMap((name) => [...this.#holders(name), explainQueue(this.#daemon, name, this.#test.first)]),
      ...(left.length > MOST_TOLD ? [`and ${left.length - MOST_TOLD} more queues`] : []),
    ]
  }

  /** Says since when items are leased, by the daemon's clock. */
  #holders(name: string): string[] {
    const { inspector, clock } = this.#daemon
    const { items, leaseTimeout } = inspector.queueState(name)
    return items
      .filter(({ state }) => state === 'leased')
      .slice(0, MOST_TOLD)
      .map(({ reference, id, until = 0, consumer }) => {
        const since = Math.max(0, clock.now() - (until - leaseTimeout))
        return visible(`${reference || id} of '${name}' is held by ${consumer?.clientId} for ${lengthOf(since)}`)
      })
  }

  #readOn(): void {
    const { record } = this.#daemon
    for (let number = Math.max(this.#read + 1, record.first); number <= record.count; number++) {
      const { kind, address, deadQueue } = record.at(number)
      this.#touched.add(address.queueId)
      if (deadQueue !== undefined) this.#touched.add(deadQueue.queueId)
      if (kind === 'leased' || kind === 'lease-waiting') this.#leasedFrom.add(address.queueId)
    }
    this.#read = record.count
  }
}
