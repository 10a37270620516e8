/**
 * What a daemon notices about its callers: calls that succeed, or fail for a reason that their errors do not show, and probably do not do
 * what was meant. Each kind is noticed once per test.
 */
import type { Cause } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'

/** Something noticed. */
export interface Notice {
  readonly queueName: string
  readonly text: string
  /** The call that it is about. */
  readonly cause: Cause
  /** An earlier call that it is about too. */
  readonly earlier?: Cause | undefined
}

/** What becomes of notices. */
export const NOTICES_MODES = ['off', 'report', 'warn'] as const
/** What becomes of notices: nothing, a line in the report of a failing test, or for some of them a warning too. */
export type NoticesMode = (typeof NOTICES_MODES)[number]

/** How many notices are kept. */
const MOST_KEPT = 100

/** The parts of the daemon that are needed. */
interface Surroundings {
  readonly mode: NoticesMode
  readonly record: EventRecord
  warn(message: string): void
}

/** The notices of a daemon. */
export class Notices {
  readonly #around: Surroundings
  readonly #said = new Set<string>()
  #kept: (Notice & { readonly event: number })[] = []

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Whether anything is noticed. */
  get areOn(): boolean {
    return this.#around.mode !== 'off'
  }

  /** Returns whether a kind of notice may still come in this test. Ask before work that only a notice needs. */
  mayCome(kind: string): boolean {
    return this.areOn && !this.#said.has(kind)
  }

  /** Keeps a notice, unless one of its kind came before in this test. `warns`: a test may pass for the wrong reason, so it is logged. */
  add(kind: string, notice: Notice, warns: boolean): void {
    if (!this.mayCome(kind)) return
    this.#said.add(kind)
    this.#kept = [...this.#kept.slice(1 - MOST_KEPT), { ...notice, event: this.#around.record.count + 1 }]
    if (warns && this.#around.mode === 'warn') this.#around.warn(notice.text)
  }

  /** Call when a test begins. */
  reset(): void {
    this.#said.clear()
  }

  /** Returns the notices since the event with this number. */
  since(first: number): readonly Notice[] {
    return this.#kept.filter(({ event }) => event >= first)
  }
}
