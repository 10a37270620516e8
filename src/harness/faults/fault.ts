/** A fault, as a test holds it. */
import { DISPOSE } from '../../async-dispose.js'
import { placesOf, siteText } from '../../client/call-site.js'
import type { OpenFault } from '../../daemon/faults/open-fault.js'

/** A fault of a daemon. It acts until it is closed, or until it has acted as often as you said. */
export class Fault {
  readonly #fault: OpenFault

  /** @internal */
  constructor(fault: OpenFault) {
    this.#fault = fault
  }

  /** On how many calls it has acted so far. */
  get fired(): number {
    return this.#fault.fired
  }

  /** Whether it may still act, or holds a call. */
  get isOpen(): boolean {
    return this.#fault.isOpen
  }

  /** Ends the fault: calls that it holds go on, and later ones are as usual. Does nothing if it is closed. */
  close(): void {
    this.#fault.close()
  }

  /** Ends the fault at the end of its test: connections of calls that it holds break. @internal */
  abandon(): void {
    this.#fault.close('break')
  }

  /** Calls {@link close}, for `using`. */
  [DISPOSE](): void {
    this.close()
  }

  /** The name of the queue that it is about. Undefined for any. @internal */
  get queueName(): string | undefined {
    return this.#fault.spec.queue
  }

  /** Returns what is wrong with it when its test is over. Empty if nothing is. @internal */
  problem(): string {
    const { spec, fired, matched, misses, text } = this.#fault
    const what = `${text}${siteText(placesOf(spec.origin))}`
    if (fired === 0 && !spec.optional) {
      const came = matched === 1 ? '1 matching call came' : `${matched} matching calls came`
      const few = matched === 0 ? [] : [`${came}, and it begins with number ${spec.nth}`]
      const lines = [...few, ...misses.lines()]
      const nearest = lines.length === 0 ? ['no call came while it was open'] : ['the nearest calls:', ...lines]
      return [
        `a fault never acted: ${what}`,
        ...nearest.map((line, at) => `${at === 0 ? '  ' : '    '}${line}`),
        '  correct what it waits for, or allow it with optional: true',
      ].join('\n')
    }
    if (!this.isOpen) return ''
    return `a fault is still open: ${what}\n  it acted ${fired === 1 ? 'once' : `${fired} times`}; write 'using fault = …', call fault.close(), or give it times`
  }

  /** Returns what it did, for the report of a failed test. @internal */
  story(): string {
    const { text, fired, spec } = this.#fault
    const often = fired === 0 ? 'never acted' : fired === 1 ? 'acted once' : `acted ${fired} times`
    return `fault: ${text} ${often}${siteText(placesOf(spec.origin))}`
  }
}
