/** Whether a daemon is there. */
import { type QueratorError, usageError } from '../../errors.js'

/** How a daemon went down. */
export type Ending = 'crashed' | 'stopped'

/** What is known of a daemon that may crash and start again. */
export class Presence {
  /** Where the call stands that took it down last, to follow a name. Empty if it is not known. */
  readonly #site: () => string
  #down: Ending | undefined
  #last: Ending | undefined
  readonly #broken = new WeakSet<Error>()
  /** Its port, as `host:port`. Undefined if it has none. It is the same after a restart. */
  address: string | undefined
  /** Counts its lives. A call that an earlier life took gets no reply. */
  life = 1
  /** Counts how often queues made room for those from before a test. Who waited in them may ask again. */
  replaced = 0

  /** Whether it replies to what waits before it goes down. */
  isStopping = false

  /** Says that its storages are being opened, or why they could not be. `undefined` if it has begun. */
  notYet: { readonly error?: Error } | undefined

  constructor(site: () => string = () => '') {
    this.#site = site
  }

  /** Why it is down. `undefined` while it runs. */
  get down(): Ending | undefined {
    return this.#down
  }

  set down(why: Ending | undefined) {
    this.#down = why
    this.#last = why ?? this.#last
  }

  /** Returns the error of what needs a daemon that runs. `undefined` if it does. */
  get error(): QueratorError | undefined {
    return this.#down && downError(this.#down, this.#site())
  }

  /** Says what it did last: that it crashed, or was stopped. `undefined` if it did neither. */
  get lastEnd(): string | undefined {
    return this.#last && `the daemon ${this.#last === 'crashed' ? 'crashed' : 'was stopped'}${this.#site()}`
  }

  /** Says that nobody is there now, and what took it down. `undefined` while it runs. */
  get absence(): string | undefined {
    if (this.#down === undefined) return this.isStopping ? `the daemon was stopped${this.#site()}` : undefined
    return `the daemon was down: it ${this.#down === 'crashed' ? 'crashed' : 'was stopped'}${this.#site()}`
  }

  /** Whether it takes calls. */
  get isUp(): boolean {
    return this.down === undefined && !this.isStopping
  }

  get isDown(): boolean {
    return this.down !== undefined
  }

  /** Remembers the error of a connection in memory that it breaks or refuses. Returns it. */
  breaking(error: Error): Error {
    this.#broken.add(error)
    return error
  }

  /** Whether an error is that of such a connection. */
  hasBroken(error: unknown): boolean {
    return this.#broken.has(error as Error)
  }

  /** @throws QueratorError if it is down, or has not begun */
  assertUp(): void {
    if (this.notYet !== undefined) throw this.notYet.error ?? openingError()
    if (!this.isUp) throw downError(this.down ?? 'stopped', this.#site())
  }
}

/** Returns the error of what needs open storages. */
function openingError(): QueratorError {
  return usageError(
    'the daemon is still opening its storages; await a call first that waits for them, such as daemon.createQueue() or client.queuesList({})',
  )
}

/** Returns the error of what needs a daemon that runs. `site` is where the call stands that took it down. */
export function downError(why: Ending, site = ''): QueratorError {
  return usageError(
    why === 'crashed'
      ? `the daemon has crashed${site}; await daemon.restart() first`
      : `the daemon is starting again${site}; await daemon.restart() first`,
  )
}
