/** Refused calls, grouped: a worker that repeats one call is one story. */
import { siteText } from '../client/call-site.js'
import { isMadeUp } from '../engine/events/event-kinds.js'
import { nearestOf } from '../nearest.js'
import type { Field, MessageType } from '../protocol/messages/message.js'
import { METHODS } from '../protocol/methods.js'
import { type QueueEvent, withoutIds } from './queue-event.js'

/** A call that was refused once or more, with the same error. */
export interface RefusalStory {
  readonly call: string
  readonly code: number
  readonly codeText: string
  readonly message: string
  readonly details: Readonly<Record<string, string>>
  /** Empty if the call has none, or if it could not be read. */
  readonly clientId: string
  readonly queue: string
  readonly times: number
  /** The number of the latest of these events. */
  readonly lastEvent: number
  readonly callPath: readonly string[]
}

/** Groups the refused calls among these events, most frequent first. */
export function refusalsOf(events: readonly QueueEvent[]): RefusalStory[] {
  const folded = new Map<string, RefusalStory>()
  for (const event of events) {
    if (event.kind !== 'refused') continue
    const { call, code = 0, codeText = '', message = '', details = {}, clientId = '', queue, times = 1 } = event
    const who = isMadeUp(clientId) ? 'client' : clientId
    const key = JSON.stringify([call, code, withoutIds(message, 'ID'), queue, who])
    const known = folded.get(key)
    const story = known ?? { call, code, codeText, message, details, clientId, queue }
    const all = (known?.times ?? 0) + times
    folded.set(key, { callPath: event.callPath, ...story, times: all, lastEvent: event.number })
  }
  return [...folded.values()].sort((a, b) => b.times - a.times)
}

/** `queue.lease was refused 7 times: 455 Client Content Error, … (src/worker.ts:31)`. `when` is the time of the last refusal. */
export function refusalText(refusal: RefusalStory, when = ''): string {
  const { call, code, codeText, message, clientId, times, callPath } = refusal
  const by = clientId === '' ? '' : ` by ${clientId}`
  const last = when === '' || times === 1 ? when : `the last time ${when}`
  const often = [times === 1 ? '' : `${times} times`, last].filter((part) => part !== '').join(', ')
  const answer = code === 0 ? 'by its client, and not sent' : `${code} ${codeText}`
  const advice = adviceOn(refusal)
  return `${call}${by} was refused${often === '' ? '' : ` ${often}`}: ${answer}, ${message}${siteText(callPath)}${advice === '' ? '' : `; ${advice}`}`
}

/** Returns what to do about it. Empty if there is nothing to add to the message. */
export function adviceOn({ call, code, message, details }: RefusalStory): string {
  if (details.lost !== undefined) return details.lost
  if (details.elsewhere !== undefined) return details.elsewhere
  if (details.nearest !== undefined) return `did you mean '${details.nearest}'?`
  if (details.existing !== undefined) return `there are: ${details.existing}`
  if (code === 455) return contentAdvice(call, message, details.field ?? '')
  if (code === 401) return "send 'authorization: Bearer <key>' with a key that exists"
  if (code === 403) {
    return details.key === 'none'
      ? "no key was sent: send 'authorization: Bearer <key>'"
      : 'give the user of this key a role with that permission'
  }
  return ''
}

function contentAdvice(call: string, message: string, field: string): string {
  if (message.startsWith('Content-Type')) return "send 'content-type: application/json' with a body in JSON"
  if (message.startsWith('Accept')) return "send 'accept: application/json'"
  const unknown = /unknown field "(.*)"/.exec(message)?.[1]
  if (unknown !== undefined) return fieldAdvice(call, unknown)
  return kindAdvice(call, field)
}

/** Returns what a field takes, by its kind. */
function kindAdvice(call: string, name: string): string {
  const field = fieldsOf(requestOf(call)).find(({ json, local }) => json === name || local === name)
  if (field === undefined) return name === '' ? '' : `see ${name}`
  if (field.repeated) return `${name} takes a list`
  if (field.kind === 'bytes') return `${name} takes base64; for a text use utf8`
  if (field.kind === 'timestamp') return `${name} takes a time as text, such as '2026-01-31T12:00:00Z'`
  if (/timeout$/i.test(name)) return `${name} takes a duration as text, such as '30s'`
  if (field.kind === 'int32') return `${name} takes a whole number`
  return field.kind === 'string' ? `${name} takes a text` : `see ${name}`
}

function requestOf(call: string): MessageType | undefined {
  return Object.values(METHODS).find(({ path }) => path === `/v1/${call}`)?.request
}

function fieldAdvice(call: string, unknown: string): string {
  const names = [...new Set(fieldsOf(requestOf(call)).map(({ json }) => json))]
  const nearest = nearestOf(unknown, names)
  return nearest === undefined ? `it has: ${names.join(', ')}` : `did you mean '${nearest}'?`
}

/** Returns the fields of a message and of the messages inside it. */
function fieldsOf(type: MessageType | undefined): Field[] {
  return (type?.fields ?? []).flatMap((field) => [
    field,
    ...(typeof field.kind === 'object' ? fieldsOf(field.kind) : []),
  ])
}
