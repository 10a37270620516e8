/** The events that are asked for again and again, by their numbers. */
import { type Address, KIND } from './event-kinds.js'

/** Remembers which queues were lost, and what ended the daemon last. */
export class Landmarks {
  /** The event with which the last queue of a name was lost. The earliest loss comes first. */
  readonly #lost = new Map<string, number>()
  /** The events with which the daemon ended, as far as they are kept. The last one stays. */
  #ends: number[] = []
  #lastStart = 0

  /** The number of the event with which the daemon ended last. 0 if it did not. */
  get lastEnd(): number {
    return this.#ends.at(-1) ?? 0
  }

  /** Returns the number of the event with which the daemon ended last between these two. 0 if it did not. */
  endBetween(after: number, before: number): number {
    return this.#ends.findLast((end) => end > after && end < before) ?? 0
  }

  /** The number of the event with which the daemon ended or came up again last. A test that began later has lost nothing. 0 if it did neither. */
  get lastTurn(): number {
    return Math.max(this.lastEnd, this.#lastStart)
  }

  /** Returns the number of the event with which the last queue of a name was lost. 0 if it was not. */
  lossOf(queue: string): number {
    return this.#lost.get(queue) ?? 0
  }

  /** Takes an event of a queue. Those before the event number `first` are not kept any more. */
  note(kind: number, { queue }: Address, number: number, first: number): void {
    if (kind === KIND['daemon-crashed'] || kind === KIND['daemon-stopped']) {
      this.#ends = [...this.#ends.filter((end) => end >= first), number]
    } else if (kind === KIND['daemon-restarted']) this.#lastStart = number
    else if (kind === KIND['queue-lost']) this.#lose(queue, number, first)
    else if (kind === KIND['queue-created'] || kind === KIND['queue-deleted']) this.#lost.delete(queue)
  }

  #lose(queue: string, number: number, first: number): void {
    this.#lost.delete(queue)
    this.#lost.set(queue, number)
    for (const [other, loss] of this.#lost) {
      if (loss >= first) break
      this.#lost.delete(other)
    }
  }
}
