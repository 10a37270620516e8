/** Calls that were refused, folded: a worker that asks again and again is one story. */
import { siteText } from '../../client/call-site.js'
import { nearestOf } from '../../nearest.js'
import type { MessageType } from '../../protocol/messages/message.js'
import { METHODS } from '../../protocol/methods.js'
import type { QueueEvent } from '../event-log.js'

/** The same call, refused in the same words, once or many times. */
export interface RefusalStory {
  readonly call: string
  readonly code: number
  readonly codeText: string
  readonly message: string
  readonly details: Readonly<Record<string, string>>
  /** Empty where the call has none, or it could not be read. */
  readonly clientId: string
  readonly queue: string
  readonly times: number
  /** By the daemon's clock, in milliseconds since 1970. */
  readonly first: number
  /** The number of the latest of these events. */
  readonly lastEvent: number
  readonly callPath: readonly string[]
}

/** Ids in messages differ from call to call. */
const ID = /\b[0-9A-Za-z]{27}\b/g

/** The refused calls among these events, those that were refused most often first. */
export function refusalsOf(events: readonly QueueEvent[]): RefusalStory[] {
  const folded = new Map<string, RefusalStory>()
  for (const event of events) {
    if (event.kind !== 'refused') continue
    const { call, code = 0, codeText = '', message = '', details = {}, clientId = '', queue, times = 1 } = event
    const key = JSON.stringify([call, code, message.replace(ID, 'ID'), queue, clientId])
    const known = folded.get(key)
    const story = known ?? { call, code, codeText, message, details, clientId, queue, first: event.time.getTime() }
    const all = (known?.times ?? 0) + times
    folded.set(key, { callPath: event.callPath, ...story, times: all, lastEvent: event.number })
  }
  return [...folded.values()].sort((a, b) => b.times - a.times)
}

/** `queue.lease was refused 7 times: 455 Client Content Error, … (src/querator.ts:46 < src/worker.ts:31)`. */
export function refusalText(refusal: RefusalStory): string {
  const { call, code, codeText, message, clientId, times, callPath } = refusal
  const by = clientId === '' ? '' : ` by ${clientId}`
  const often = times === 1 ? '' : ` ${times} times`
  const answer = code === 0 ? 'by its client, and not sent' : `${code} ${codeText}`
  const advice = adviceOn(refusal)
  return `${call}${by} was refused${often}: ${answer}, ${message}${siteText(callPath)}${advice === '' ? '' : `; ${advice}`}`
}

/** What to do about it, where that is not what the message says already. */
function adviceOn({ call, code, message, details }: RefusalStory): string {
  if (details.nearest !== undefined) return `did you mean '${details.nearest}'?`
  if (details.existing !== undefined) return `there are: ${details.existing}`
  if (code === 455) return contentAdvice(call, message, details.field ?? '')
  if (code === 401) return "send 'authorization: Bearer <key>' with a key that exists"
  if (code === 403) return 'give the user of this key a role with that permission'
  return ''
}

function contentAdvice(call: string, message: string, field: string): string {
  if (message.startsWith('Content-Type')) return "send 'content-type: application/json' with a body in JSON"
  if (message.startsWith('Accept')) return "send 'accept: application/json'"
  const unknown = /unknown field "(.*)"/.exec(message)?.[1]
  if (unknown !== undefined) return fieldAdvice(call, unknown)
  if (/timeout$/i.test(field)) return `${field} takes a duration as text, such as '30s'`
  if (/(_at|At|deadline)$/i.test(field)) return `${field} takes a time as text, such as '2026-01-31T12:00:00Z'`
  return field === '' ? '' : `see ${field}`
}

function fieldAdvice(call: string, unknown: string): string {
  const method = Object.values(METHODS).find(({ path }) => path === `/v1/${call}`)
  const names = [...fieldNames(method?.request)]
  const nearest = nearestOf(unknown, names)
  return nearest === undefined ? `it has: ${names.join(', ')}` : `did you mean '${nearest}'?`
}

/** As they are written in JSON, those of messages inside of it included. */
function fieldNames(type: MessageType | undefined): Set<string> {
  const fields = type?.fields ?? []
  return new Set(fields.flatMap(({ json, kind }) => [json, ...(typeof kind === 'object' ? fieldNames(kind) : [])]))
}
