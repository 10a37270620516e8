/** A fault, as a test holds it. */
import { DISPOSE } from '../../async-dispose.js'
import { placesOf, siteText } from '../../client/call-site.js'
import { paced } from '../../clock/event-loop.js'
import { messageOf } from '../../errors.js'
import type { FaultReading, FaultSide, FaultState } from './fault-side.js'

/** A fault of a daemon. It acts until it is closed, or until it has acted as often as you said. */
export class Fault {
  readonly #side: FaultSide

  /** @internal */
  constructor(side: FaultSide) {
    this.#side = side
  }

  /** On how many calls it has acted so far. @throws QueratorError on a server elsewhere: {@link read} asks it */
  get fired(): number {
    return this.#side.now('fired').fired
  }

  /** Whether it may still act, or holds a call. @throws QueratorError on a server elsewhere: {@link read} asks it */
  get isOpen(): boolean {
    return this.#side.now('isOpen').isOpen
  }

  /** Resolves with `fired` and `isOpen`. Unlike these, it also works on a server elsewhere, and waits until the fault is there. */
  read(): Promise<FaultReading> {
    return paced(this.#side.read())
  }

  /** Ends the fault: calls that it holds go on, and later ones are as usual. Does nothing if it is closed. */
  close(): void {
    this.#side.close()
  }

  /** Calls {@link close}, for `using`. */
  [DISPOSE](): void {
    this.close()
  }

  /** The name of the queue that it is about. Undefined for any. @internal */
  get queueName(): string | undefined {
    return this.#side.spec.queue
  }

  /** Ends the fault with its test: connections of calls that it holds break. Returns how it was before. Undefined if it never was there. @internal */
  end(): FaultState | Promise<FaultState | undefined> {
    return this.#side.end()
  }

  /** A healthy phase begins. @internal */
  heal(): void {
    this.close()
  }

  /** Ends it with its test. @internal */
  async endOfTest(): Promise<{ problem: string; story: string }> {
    let state: FaultState | undefined
    try {
      state = await this.end()
    } catch (error) {
      return { problem: `a fault could not be closed: ${messageOf(error)}`, story: '' }
    }
    // The call that made the fault reports why it was refused.
    if (state === undefined) return { problem: '', story: '' }
    return { problem: this.#problem(state), story: this.#story(state) }
  }

  /** Returns what is wrong with a fault that was in this state when its test ended. Empty if nothing is. */
  #problem({ text, fired, matched, isOpen, nearest, isLost = false }: FaultState): string {
    const { spec } = this.#side
    const what = `${text}${siteText(placesOf(spec.origin))}`
    if (fired === 0 && !spec.optional) {
      const came = matched === 1 ? '1 matching call came' : `${matched} matching calls came`
      const few = matched === 0 ? [] : [`${came}, and it begins with number ${spec.nth}`]
      const lines = [...few, ...nearest]
      const told = lines.length === 0 ? ['no call came while it was open'] : ['the nearest calls:', ...lines]
      if (isLost) told.unshift('the server was reset; await fault.read() before that. What was known then:')
      return [
        `a fault never acted: ${what}`,
        ...told.map((line, at) => `${at === 0 ? '  ' : '    '}${line}`),
        '  correct what it waits for, or allow it with optional: true',
      ].join('\n')
    }
    if (!isOpen) return ''
    return `a fault is still open: ${what}\n  it acted ${fired === 1 ? 'once' : `${fired} times`}; ${howToClose(text)}`
  }

  /** Returns what it did, for the report of a failed test. */
  #story({ text, fired }: FaultState): string {
    const often = fired === 0 ? 'never acted' : fired === 1 ? 'acted once' : `acted ${fired} times`
    return `fault: ${text} ${often}${siteText(placesOf(this.#side.spec.origin))}`
  }
}

function howToClose(text: string): string {
  const isOutage = text.startsWith('outage')
  return isOutage
    ? "write 'using outage = …', or call outage.close()"
    : "write 'using fault = …', call fault.close(), or give it times"
}
