/** A server that returns only what was recorded, for tests of the replayer itself. */
import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf'
import { type Encoding, MEDIA_TYPE } from '../../src/protocol/content-type.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { METHODS, type Method, methodAt } from '../../src/protocol/methods.js'
import type { Door, RawReply } from '../support/doors.js'
import { schemaOf } from '../support/library.js'
import { DIFFERENCES } from './differences.js'
import { bodyIn, type RecordedReply, type Scenario, type Step } from './recording.js'
import type { Server } from './replay.js'

/** A pending call. */
interface Held {
  readonly queue: string
  answer(reply: RawReply): void
  readonly step: Step
}

/** Serves the recorded replies. */
export class RecordedServer implements Server {
  readonly #held = new Map<string, Held>()
  #index = 0

  constructor(
    readonly scenario: Scenario,
    readonly encoding: Encoding,
  ) {}

  /** Tells the server which step comes next. A call joined in that step gets its reply now. */
  next(index: number): void {
    this.#index = index
    const name = this.#step.join ?? ''
    const held = this.#held.get(name)
    if (held === undefined) return
    this.#held.delete(name)
    held.answer(this.#reply(held.step))
  }

  readonly door: Door = (raw) => {
    const step = this.#step
    const name = step.start
    if (name === undefined) return Promise.resolve(this.#reply(step))
    return new Promise((answer, reject) => {
      this.#held.set(name, { queue: (step.body as { queueName: string }).queueName, answer, step })
      raw.signal?.addEventListener('abort', () => {
        this.#held.delete(name)
        reject(raw.signal?.reason)
      })
    })
  }

  async advance(): Promise<void> {}

  pause(): void {}

  async inFlight(queue: string): Promise<number> {
    return [...this.#held.values()].filter((held) => held.queue === queue).length
  }

  get #step(): Step {
    return this.scenario.steps[this.#index] as Step
  }

  #reply(asked: Step): RawReply {
    const difference = DIFFERENCES[this.scenario.title]?.[this.#index]
    return written(difference?.instead ?? (this.#step.reply as RecordedReply), asked, this.encoding)
  }
}

function written(recorded: RecordedReply, asked: Step, encoding: Encoding): RawReply {
  const named = recorded.contentType ?? recorded.headers?.['content-type']
  const media = named ?? MEDIA_TYPE[asked.raw === undefined ? encoding : 'json']
  const headers: Record<string, string> = { 'content-type': media }
  for (const [name, value] of Object.entries(recorded.headers ?? {})) if (value !== null) headers[name] = value
  return { status: recorded.status, headers, body: bodyOf(recorded, asked, media) }
}

function bodyOf(recorded: RecordedReply, asked: Step, media: string): Buffer {
  const { status, bodyHex } = recorded
  if (bodyHex !== undefined) return Buffer.from(bodyHex, 'hex')
  if (recorded.body === undefined) return Buffer.from('')
  // A time can stand for any value that the recordings leave open.
  const text = JSON.stringify(bodyIn(recorded)).replaceAll('"<any>"', '"2026-01-01T00:00:00Z"')
  const filled = text.replace(/<(id|key|prefix) (\d+)>/g, (_, kind, number) => madeUp(kind, number))
  if (media !== MEDIA_TYPE.protobuf) return Buffer.from(media === MEDIA_TYPE.json ? filled : `${filled}\n`)
  const name = methodAt(`/v1/${asked.call}`)
  const schema = schemaOf(status !== 200 || name === undefined ? Reply : (METHODS[name] as Method).response)
  return Buffer.from(toBinary(schema, fromJson(schema, JSON.parse(filled) as JsonValue)))
}

function madeUp(kind: string, number: string): string {
  if (kind === 'id') return number.padStart(27, '0')
  return `qtr-live-${number.padStart(kind === 'key' ? 43 : 8, '0')}`
}
