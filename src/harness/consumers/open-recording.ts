/** Begins and ends recordings. */
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import type { NotedItem } from '../../engine/events/event-kinds.js'
import { usageError } from '../../errors.js'
import type { Backing } from '../backing/backing.js'
import type { TestQueue } from '../handles/test-queue.js'
import { type Content, RecordedItem } from './recorded-item.js'
import { nameOf, type Recorded, Recording } from './recording.js'

/** Options of `daemon.recording()`. */
export interface RecordingOptions {
  /** The queues to record, or their names. They need not exist yet. Default: all queues of the daemon. */
  readonly queues?: readonly (string | TestQueue)[]
}

/**
 * Begins to record what happens on a daemon.
 * @throws QueratorError if an option is wrong, or the daemon keeps no events
 */
export function beginRecording(daemon: Daemon, options: RecordingOptions = {}): OpenRecording {
  return new OpenRecording(daemon, options)
}

/** A recording that goes on. */
class OpenRecording {
  readonly #daemon: Daemon
  readonly #only: readonly string[] | undefined
  /** The number of the first event. */
  readonly #first: number
  /** The items that something happened to, by their number. */
  readonly #items = new Map<number, NotedItem>()
  readonly #stop: () => void

  constructor(daemon: Daemon, options: RecordingOptions) {
    checkOptions('recording', options, ['queues'])
    const { record } = daemon
    if (record.most === 0)
      throw usageError('a recording is read from the events, and this daemon keeps none; raise the option events')
    this.#daemon = daemon
    this.#only = options.queues === undefined ? undefined : queueNames('recording', options.queues)
    // A call that was refused just before must not count up an event from before.
    record.fence()
    this.#first = record.count + 1
    const { most } = record
    this.#stop = record.witness((item) => {
      this.#items.set(item.serial, item)
      // So many items have more events than are kept, and nobody will see them.
      if (this.#items.size > most) this.drop()
    })
  }

  /** Ends it, and returns what happened. @throws QueratorError if more happened than the daemon keeps */
  end(): Recording<undefined> {
    return new Recording(this.taken(), undefined)
  }

  /** Ends it, and returns what a {@link Recording} is made of. @throws QueratorError if more happened than the daemon keeps */
  taken(): Recorded {
    this.#stop()
    const { record, clock, inspector, losses } = this.#daemon
    const happened = record.count - this.#first + 1
    if (happened > record.most) {
      throw usageError(
        `${happened} events happened during the recording, and this daemon keeps the latest ${record.most}; raise the option events`,
      )
    }
    const log = new EventLog(this.#daemon)
    const all = log.since(this.#first)
    const only = this.#only
    const events = only === undefined ? all : all.filter(({ queue }) => only.includes(queue))
    // A queue that is gone by now has at least the event of its end.
    const existed = all.filter(({ queueId }) => queueId !== 0).map(({ queue }) => queue)
    return {
      events,
      itemOf: this.#itemMaker(log),
      queueNames: new Set([...inspector.queueNames(), ...existed]),
      only,
      frozen: clock.frozen,
      knowLosses: (queue) => losses.know(queue),
    }
  }

  /** Ends it without a result. */
  drop(): void {
    this.#stop()
    this.#items.clear()
  }

  #itemMaker(log: EventLog): Recorded['itemOf'] {
    const contents = new Map<number, Content>()
    const contentOf = (number: number) => {
      const known = contents.get(number) ?? contentIn(this.#items.get(number) as NotedItem)
      contents.set(number, known)
      return known
    }
    return (event: QueueEvent, due: Date | undefined) => {
      const { item = 0 } = event
      return new RecordedItem(event, due, contentOf(item), () => log.ofItem(item))
    }
  }
}

function contentIn({ payload, kind, encoding }: NotedItem): Content {
  return { bytes: new Uint8Array(Buffer.from(payload, 'latin1')), kind, encoding }
}

/** Returns the names of queues. @throws QueratorError if it is not a list of queues */
export function queueNames(taker: string, queues: Exclude<RecordingOptions['queues'], undefined>): string[] {
  const names = Array.isArray(queues) ? queues.map(nameOf) : []
  if (names.length > 0 && names.every((name) => name !== undefined)) return names
  throw usageError(
    `the option queues of ${taker} is a list of queues or their names, such as ['orders']; leave it out for all`,
  )
}

/** See `daemon.recording`. */
export async function recordingOf<T>(
  backing: Backing,
  fn: () => T,
  options: RecordingOptions,
): Promise<Recording<Awaited<T>>> {
  const origin = originOf(recordingOf)
  if (typeof fn !== 'function') throw usageError(`recording takes a function to run; got ${String(fn)}`)
  const daemon = backing.embedded('recording')
  backing.checkOpen()
  const open = beginRecording(daemon, options)
  let value: Awaited<T>
  try {
    value = await fn()
  } catch (error) {
    open.drop()
    throw error
  }
  let recorded: Recorded
  try {
    recorded = open.taken()
  } catch (error) {
    throw atCallSite(thrownFrom(error as Error, origin))
  }
  return new Recording(recorded, value)
}
