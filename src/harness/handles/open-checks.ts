/** Tracks the checks of matchers until they settle. A runner awaits their promises, so that tells nothing about the test. */
import { originOf } from '../../client/call-site.js'
import type { UnawaitedCall, UnawaitedCalls } from '../../client/unawaited.js'
import { orGiveUp } from '../../clock/give-up.js'

/** The most checks that are tracked. A test that awaits nothing must not fill the memory. */
const MOST_CHECKS = 1000
/** How long a test waits at its end for checks that it did not await, in milliseconds. A spy of the test may never settle. */
const LONGEST_WAIT = 1000

interface OpenCheck {
  readonly queueName: string
  readonly outcome: Promise<unknown>
  /** Undefined if the daemon does not track what is not awaited. */
  readonly call: UnawaitedCall | undefined
}

/** The checks of the queues of a daemon that have not settled. */
export class OpenChecks {
  readonly #open = new Set<OpenCheck>()
  readonly #unawaited: UnawaitedCalls | undefined

  constructor(unawaited: UnawaitedCalls | undefined) {
    this.#unawaited = unawaited
  }

  /** Tracks a check until it settles. `caller` is the function that the matcher called. */
  add(matcher: string, queueName: string, outcome: Promise<unknown>, caller: Parameters<typeof originOf>[0]): void {
    if (this.#open.size >= MOST_CHECKS) return
    const unawaited = this.#unawaited
    const call = unawaited && { call: matcher, queueName, origin: originOf(caller, unawaited.callSites) }
    const check: OpenCheck = { queueName, outcome, call }
    this.#open.add(check)
    const settled = () => this.#open.delete(check)
    outcome.then(settled, settled)
  }

  /**
   * Resolves when the checks of these queues have settled, so that their queues can be deleted. The test is over, so nobody awaited those that
   * are still open: they count as unawaited calls.
   */
  async end(queueNames: readonly string[], longest: number = LONGEST_WAIT): Promise<void> {
    const open = [...this.#open].filter(({ queueName }) => queueNames.includes(queueName))
    if (open.length === 0) return
    for (const { call } of open) if (call !== undefined) this.#unawaited?.add(call)
    const settled = Promise.allSettled(open.map(({ outcome }) => outcome))
    await orGiveUp<unknown>(settled, longest, () => undefined)
  }
}
