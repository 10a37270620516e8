/** What is behind a fault of a test: a fault of a daemon in the process, or one on a server elsewhere. */
import type { Origin } from '../../client/call-site.js'
import type { FaultSpec } from '../../daemon/faults/fault-spec.js'
import type { OpenFault } from '../../daemon/faults/open-fault.js'

/** What a fault has done so far. */
export interface FaultReading {
  /** On how many calls it has acted. */
  readonly fired: number
  /** Whether it may still act, or holds a call. */
  readonly isOpen: boolean
}

/** The same, and what the end of a test needs to tell. */
export interface FaultState extends FaultReading {
  /** What it does, and to which calls. */
  readonly text: string
  /** How many calls matched, whether it acted on them or not. */
  readonly matched: number
  /** The calls that came nearest, a line each. */
  readonly nearest: readonly string[]
  /** Whether a reset of the server ended it, so that this is what was known before. */
  readonly isLost?: boolean
}

/** A fault, wherever it acts. */
export interface FaultSide {
  readonly spec: Pick<FaultSpec, 'queue' | 'nth' | 'optional'> & { readonly origin: Origin | undefined }
  /** Returns its state at once. @throws QueratorError on a server elsewhere */
  now(what: string): FaultReading
  read(): Promise<FaultReading>
  /** Ends it. Calls that it holds go on. */
  close(): void
  /**
   * Ends it with its test: connections of calls that it holds break. Returns its state before, or that of a closed one. Undefined if the server
   * has refused it.
   */
  end(): FaultState | Promise<FaultState | undefined>
}

/** A fault of a daemon in the process. */
export class OwnFault implements FaultSide {
  readonly #fault: OpenFault

  constructor(fault: OpenFault) {
    this.#fault = fault
  }

  get spec(): FaultSpec {
    return this.#fault.spec
  }

  now(): FaultReading {
    const { fired, isOpen } = this.#fault
    return { fired, isOpen }
  }

  async read(): Promise<FaultReading> {
    return this.now()
  }

  close(): void {
    this.#fault.close()
  }

  end(): FaultState {
    const { text, matched, fired, isOpen, misses } = this.#fault
    this.#fault.close('break')
    return { text, matched, fired, isOpen, nearest: misses.lines() }
  }
}
