/** Records a history while it happens: when each call began and ended, and its result. */
import type { Input, Output } from './calls.js'
import type { Operation } from './linearizability.js'

/** An input without its number. */
export type NewInput = Input extends infer One ? (One extends Input ? Omit<One, 'call'> : never) : never

/** A call, while it is open and afterwards. */
export interface Recorded extends Operation<Input, Output> {
  output: Output | undefined
  returned: number
  optional?: boolean
  likely: number
}

/** Roughly how many events happen while a call travels through a socket. */
const ON_ITS_WAY = 4

/** Records a history. */
export class Recorder {
  readonly operations: Recorded[] = []
  #place = 0
  #planned: { readonly at: number; readonly act: () => void }[] = []

  /**
   * Records the begin of a call. Call it right before the call itself. `delayed` says that the call first travels over
   * a socket.
   */
  begin(caller: string, input: NewInput, delayed = false): Recorded {
    const call = this.operations.length + 1
    const invoked = this.#next()
    const operation: Recorded = {
      caller,
      input: { ...input, call } as Input,
      output: undefined,
      invoked,
      likely: invoked + (delayed ? ON_ITS_WAY : 0),
      returned: Number.POSITIVE_INFINITY,
    }
    this.operations.push(operation)
    return operation
  }

  /** Records the end of a call. Call it right after the result arrives. */
  end(operation: Recorded, output: Output | undefined): void {
    operation.output = output
    // The result was already on its way when the client aborted.
    if (output !== undefined) operation.optional = false
    operation.returned = this.#next()
    operation.likely = Math.min(operation.likely, operation.returned)
    this.#actAsPlanned()
  }

  /** Records that a call was aborted. It may have taken effect, may still do so, or never. */
  giveUp(operation: Recorded): void {
    operation.optional = true
  }

  /** Records that these aborted calls have taken effect by now, or never will. */
  settle(which: (operation: Recorded) => boolean): void {
    for (const operation of this.operations) {
      const open = operation.optional && operation.returned === Number.POSITIVE_INFINITY
      if (open && which(operation)) operation.returned = this.#next()
    }
  }

  /** Calls back after this many more calls have ended. Returns a function that cancels it. */
  after(ends: number, act: () => void): () => void {
    const planned = { at: this.#ended() + ends, act }
    this.#planned.push(planned)
    return () => {
      this.#planned = this.#planned.filter((one) => one !== planned)
    }
  }

  #next(): number {
    return ++this.#place
  }

  #ended(): number {
    return this.operations.filter(({ returned }) => returned !== Number.POSITIVE_INFINITY).length
  }

  #actAsPlanned(): void {
    const ended = this.#ended()
    const due = this.#planned.filter(({ at }) => at <= ended)
    this.#planned = this.#planned.filter(({ at }) => at > ended)
    for (const { act } of due) act()
  }
}
