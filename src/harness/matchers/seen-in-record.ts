/** Items that matchers read from the record, because they may be gone. */
import type { Daemon } from '../../daemon/daemon.js'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { contentsOf, isCut } from '../../diagnosis/item-contents.js'
import { isBesideItems, withCalls } from '../../diagnosis/queue-event.js'
import type { KeptPayload } from '../../engine/events/event-kinds.js'
import { usageError } from '../../errors.js'
import { withDue } from '../consumers/with-due.js'
import { Payload } from '../handles/payload.js'
import type { TestQueue } from '../handles/test-queue.js'
import { slackOf } from './due.js'
import type { SeenItem } from './seen-item.js'

/** The fields that only the producer knows, and those of them that stand in the payload. */
const OF_PAYLOAD = ['json', 'text', 'bytes']
const OF_PRODUCER = ['kind', 'encoding', ...OF_PAYLOAD]

/**
 * Returns the items with an event of this kind in a queue, in the order of these events.
 * @throws QueratorError on a server elsewhere, if the daemon is down, if there is no such queue, or if the record no longer has its beginning
 */
export function happened(queue: TestQueue, matcher: string, kind: QueueEvent['kind']): SeenItem[] {
  const history = queue.history()
  const daemon = queue.embedded(matcher)
  daemon.presence.assertUp()
  checkWhole(queue, daemon, matcher, history)
  const found = withDue(history, kind, queue.name)
  const contents = once(() => contentsOf(daemon, new Set(found.map(({ event }) => event.item ?? 0))))
  const look = { history, contents, slack: slackOf(daemon.clock.frozen) }
  return found.map(({ event, due }) => new SeenInRecord(event, due, look))
}

/** Returns the item of an event, as it is named in the timelines. Nothing compares it. */
export function seenInEvent(event: QueueEvent, history: readonly QueueEvent[]): SeenItem {
  return new SeenInRecord(event, undefined, { history, contents: () => new Map(), slack: 0 })
}

/** What the items of one look at the record share. */
interface Look {
  readonly history: readonly QueueEvent[]
  readonly contents: () => ReadonlyMap<number, KeptPayload>
  readonly slack: number
}

class SeenInRecord implements SeenItem {
  readonly reference: string
  readonly attempts: number
  readonly id: string
  readonly partition: number
  readonly state: string
  readonly due: SeenItem['due'] & object
  readonly #item: number
  readonly #look: Look

  constructor(event: QueueEvent, due: Date | undefined, look: Look) {
    const { reference = '', attempts = 0, id = '', partition = 0, item = 0, kind, time } = event
    this.reference = reference
    this.attempts = attempts
    this.id = id
    this.partition = partition
    this.state = kind
    this.due = { at: due?.getTime(), from: time.getTime(), slack: look.slack }
    this.#item = item
    this.#look = look
  }

  get #content(): KeptPayload | undefined {
    return this.#look.contents().get(this.#item)
  }

  get kind(): string | undefined {
    return this.#content?.kind
  }

  get encoding(): string | undefined {
    return this.#content?.encoding
  }

  get payload(): Payload | undefined {
    const content = this.#content
    return content && new Payload(new Uint8Array(Buffer.from(content.text, 'latin1')))
  }

  readonly lacks = (field: string): string | undefined => {
    if (!OF_PRODUCER.includes(field)) return undefined
    const content = this.#content
    const whose = `the ${field} of '${this.reference || this.id}'`
    if (content === undefined)
      return `${whose} is not known: the record no longer has its beginning; raise the option events`
    if (!isCut(content) || !OF_PAYLOAD.includes(field)) return undefined
    return `${whose} is not known: the item is gone, and the record has ${content.text.length} of its ${content.length} bytes; look at what daemon.recording() returns`
  }

  readonly history = (): QueueEvent[] => {
    const { history } = this.#look
    const own = history.filter((event) => event.item === this.#item)
    return withCalls(own, history.filter(isBesideItems))
  }
}

/** A queue whose events are not all there has numbers that are wrong, and nobody would see it. */
function checkWhole(queue: TestQueue, daemon: Daemon, matcher: string, history: readonly QueueEvent[]): void {
  const { name } = queue
  if (history.some((event) => event.kind === 'queue-created' && event.queue === name)) return
  // Throws an error that lists the queues, if there is none of this name.
  daemon.inspector.queue(name)
  throw usageError(
    `${matcher} reads the events since '${name}' was created, and this daemon keeps the latest ${daemon.record.most}; raise the option events`,
  )
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
