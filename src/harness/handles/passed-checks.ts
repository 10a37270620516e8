/** Checks that passed on a queue after a crash. A test may be green only because the crash took what was left to do. */
import type { Daemon } from '../../daemon/daemon.js'
import type { ObservedTests } from '../../diagnosis/observed-tests.js'
import { lostItems, lostItemsText, lostQueueText, unknownLossOfQueue } from '../../diagnosis/unmended-loss.js'
import type { Backing } from '../backing/backing.js'

/** A check that passed. */
interface PassedCheck {
  /** Its name, such as `drained`. */
  readonly check: string
  readonly queue: string
  /** Whether it would have failed on a scheduled item. */
  readonly scheduled: boolean
  /** The number of the first event of its test, and of the last one before it passed. */
  readonly first: number
  readonly last: number
}

/** The most checks that are remembered. */
const MOST_KEPT = 100

/** Remembers checks until their test is over, because what was lost may be produced again by then. */
export class PassedChecks {
  readonly #backing: Backing
  readonly #tests: ObservedTests
  #kept: PassedCheck[] = []
  readonly #known = new Set<string>()

  constructor(backing: Backing, tests: ObservedTests) {
    this.#backing = backing
    this.#tests = tests
  }

  /** Call when a check has passed that asks whether a queue is done. */
  add(check: string, queue: string, scheduled: boolean): void {
    const daemon = this.#backing.isEmbedded ? this.#backing.embedded('observe') : undefined
    // In its first life, a daemon has lost nothing.
    if (daemon === undefined || daemon.presence.life === 1 || !daemon.notices.areOn) return
    const { first, queues } = this.#tests.waiting(queue)
    const { isUsed } = this.#tests
    // What is lost outside of the test that asks is not its own.
    if ((isUsed && queues === undefined) || this.#kept.length >= MOST_KEPT) return
    // Nothing is lost while it lives, so a later check of the same kind has no more to tell.
    const key = `${daemon.presence.life} ${scheduled} ${queue}`
    if (this.#known.has(key)) return
    this.#known.add(key)
    const passed = { check, queue, scheduled, first, last: daemon.record.count }
    // Without a runner, nobody says when the test is over.
    if (isUsed) this.#kept.push(passed)
    else tell(daemon, passed)
  }

  /** The test is over. Notices what its checks passed for, if it `passed`. */
  end(passed: boolean): void {
    const kept = this.#kept.splice(0)
    this.#known.clear()
    if (!passed || kept.length === 0) return
    const daemon = this.#backing.embedded('observe')
    if (!daemon.closed) for (const one of kept) tell(daemon, one)
  }
}

function tell(daemon: Daemon, { check, ...query }: PassedCheck): void {
  const { queue } = query
  const add = (how: string, text: string) => {
    daemon.notices.add(`lost ${queue} ${how}`, { queueName: queue, text, cause: { call: check } }, true)
  }
  const items = lostItems(daemon, query)
  const gone = unknownLossOfQueue(daemon, query)
  if (gone !== undefined) {
    const lost = items.find(({ how }) => how === gone) ?? { how: gone, names: [] }
    add(gone, lostQueueText(daemon, queue, lost, check))
  }
  // Of what went with the queue, the first notice tells.
  for (const lost of items) add(lost.how, lostItemsText(daemon, queue, lost, check))
}
