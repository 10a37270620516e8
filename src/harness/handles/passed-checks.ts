/** Checks that passed on a queue after a crash. A test may be green only because the crash took what was left to do. */
import type { Daemon } from '../../daemon/daemon.js'
import { type LossQuery, lostItems } from '../../diagnosis/lost-items.js'
import type { ObservedTests } from '../../diagnosis/observed-tests.js'
import type { TimedTest } from '../../diagnosis/timed-test.js'
import { lostItemsText, lostQueueText, unknownLosses } from '../../diagnosis/unmended-loss.js'
import type { Backing } from '../backing/backing.js'

/** A check that passed, and what it may have passed for. */
interface PassedCheck extends LossQuery {
  /** Its name, such as `drained`. */
  readonly check: string
}

/** The most checks that are remembered. */
const MOST_KEPT = 100

/** Remembers checks until their test is over, because what was lost may be produced again by then. */
export class PassedChecks {
  readonly #backing: Backing
  readonly #tests: ObservedTests
  /** By the test that asked, and by what a check asked. */
  readonly #kept = new WeakMap<TimedTest, Map<string, PassedCheck>>()

  constructor(backing: Backing, tests: ObservedTests) {
    this.#backing = backing
    this.#tests = tests
  }

  /** Call when a check has passed that asks whether a queue is done. */
  add(check: string, queue: string, scheduled: boolean): void {
    const daemon = this.#backing.isEmbedded ? this.#backing.embedded('observe') : undefined
    if (!daemon?.notices.areOn) return
    const { first } = this.#tests.waiting(queue)
    // In most tests, nothing can be lost.
    if (daemon.record.landmarks.lastTurn < first) return
    const passed = { check, queue, scheduled, first, last: daemon.record.count }
    // Without a runner, nobody says when the test is over.
    if (!this.#tests.isUsed) tell(daemon, [passed])
    else this.#keep(`${daemon.presence.life} ${scheduled} ${queue}`, passed)
  }

  #keep(key: string, passed: PassedCheck): void {
    const asking = this.#tests.asking(passed.queue)
    // What is lost outside of the test that asks is not its own.
    if (asking === undefined) return
    const kept = this.#kept.get(asking) ?? new Map<string, PassedCheck>()
    this.#kept.set(asking, kept)
    // Nothing is lost while the daemon lives, so a later check of the same kind has no more to tell.
    if (kept.size < MOST_KEPT && !kept.has(key)) kept.set(key, passed)
  }

  /** A test is over. Notices what its checks passed for, if it `passed`. */
  end(test: TimedTest, passed: boolean): void {
    const kept = [...(this.#kept.get(test)?.values() ?? [])]
    this.#kept.delete(test)
    if (!passed || kept.length === 0) return
    const daemon = this.#backing.embedded('observe')
    // A crash gets one notice. The check that counts scheduled items too reports more.
    kept.sort((a, b) => Number(b.scheduled) - Number(a.scheduled))
    if (!daemon.closed) tell(daemon, kept)
  }
}

function tell(daemon: Daemon, checks: readonly PassedCheck[]): void {
  const items = lostItems(daemon, checks)
  const queues = unknownLosses(daemon, checks)
  for (const [index, { queue, check }] of checks.entries()) {
    const add = ({ end }: { readonly end: number }, text: string) => {
      daemon.notices.add(`lost ${queue} ${end}`, { queueName: queue, text, cause: { call: check } }, true)
    }
    const lost = items[index] ?? []
    const gone = queues[index]
    if (gone !== undefined) {
      const names = lost.find(({ end }) => end === gone.end)?.names ?? []
      add(gone, lostQueueText(daemon, queue, { ...gone, names }, check))
    }
    // Of what went with the queue, the first notice tells.
    for (const one of lost) add(one, lostItemsText(daemon, queue, one, check))
  }
}
