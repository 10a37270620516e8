/** Writes a history down while it happens: when each call began, when it ended, and what was answered. */
import type { Input, Output } from './calls.js'
import type { Operation } from './linearizability.js'

/** An input before it has its number. */
export type NewInput = Input extends infer One ? (One extends Input ? Omit<One, 'call'> : never) : never

/** A call while it is open, and after that. */
export interface Recorded extends Operation<Input, Output> {
  output: Output | undefined
  returned: number
  optional?: boolean
  likely: number
}

/** So much happens, more or less, while a call is on its way through a socket. */
const ON_ITS_WAY = 4

/** See the head of this file. */
export class Recorder {
  readonly operations: Recorded[] = []
  #place = 0
  #planned: { readonly at: number; readonly act: () => void }[] = []

  /** Notes that a call begins. Call it right before the call itself. `delayed`: it has to come over a socket first. */
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

  /** Notes that a call has ended. Call it right after the answer has come. */
  end(operation: Recorded, output: Output | undefined): void {
    operation.output = output
    // An answer that was on its way when the client gave up.
    if (output !== undefined) operation.optional = false
    operation.returned = this.#next()
    operation.likely = Math.min(operation.likely, operation.returned)
    this.#actAsPlanned()
  }

  /** Notes that nobody waits for the answer any more: the call may have taken effect, or will, or never. */
  giveUp(operation: Recorded): void {
    operation.optional = true
  }

  /** Of what was given up, these calls have taken effect by now, or never will. */
  settle(which: (operation: Recorded) => boolean): void {
    for (const operation of this.operations) {
      const open = operation.optional && operation.returned === Number.POSITIVE_INFINITY
      if (open && which(operation)) operation.returned = this.#next()
    }
  }

  /** Does something when so many more calls have ended. Answers how to take that back. */
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
