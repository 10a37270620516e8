/** Recorded replies with one thing changed. A comparison must notice each of them. */
import { bodyIn, type RecordedReply } from './recording.js'
import type { Tokens } from './tokens.js'

/** What was changed, and the changed reply. */
export type Change<T> = readonly [what: string, changed: T]

const TOKEN = /^<(id|key|prefix) \d+>$/
const SECONDS = /:(\d\d)(\.\d+)?Z$/

/** Every visible change of a reply. `known` are the tokens that appeared before. */
export function* changesOf(recorded: RecordedReply, known: Tokens): Generator<Change<RecordedReply>> {
  yield ['another status', { ...recorded, status: recorded.status + 1 }]
  yield ['another media type', { ...recorded, contentType: 'text/html' }]
  yield ['a header more', { ...recorded, headers: { ...recorded.headers, 'x-missing': 'yes' } }]
  yield ['a header less', { ...recorded, headers: { ...recorded.headers, 'content-type': null } }]
  for (const [name, value] of Object.entries(recorded.headers ?? {})) {
    yield [`header ${name}`, { ...recorded, headers: { ...recorded.headers, [name]: `${value}x` } }]
  }
  if (recorded.bodyHex !== undefined) {
    const last = recorded.bodyHex.endsWith('1') ? '2' : '1'
    yield ['another byte', { ...recorded, bodyHex: recorded.bodyHex.slice(0, -1) + last }]
    yield ['a byte more', { ...recorded, bodyHex: `${recorded.bodyHex}00` }]
  }
  if (recorded.body === undefined) return
  for (const [what, body] of ofValue(bodyIn(recorded), known)) yield [what, { ...recorded, body }]
}

function* ofValue(value: unknown, known: Tokens): Generator<Change<unknown>> {
  if (value === '<any>') return
  if (Array.isArray(value)) yield* ofList(value, known)
  else if (typeof value === 'object' && value !== null) yield* ofObject(value as Record<string, unknown>, known)
  else if (typeof value === 'string') yield* ofText(value, known)
  else if (typeof value === 'number') yield ['another number', value + 1]
  else yield ['another value', !value]
}

function* ofObject(fields: Record<string, unknown>, known: Tokens): Generator<Change<unknown>> {
  const entries = Object.entries(fields)
  yield ['a field more', { ...fields, more: 1 }]
  if (entries.length > 1) yield ['another order of fields', Object.fromEntries(entries.toReversed())]
  for (const [key, value] of entries) {
    yield [`no ${key}`, Object.fromEntries(entries.filter(([name]) => name !== key))]
    for (const [what, changed] of ofValue(value, known)) yield [`${key}: ${what}`, { ...fields, [key]: changed }]
  }
}

/** Changes only the first and the last entry of a long list. */
function* ofList(list: unknown[], known: Tokens): Generator<Change<unknown>> {
  yield ['an entry less', list.slice(0, -1)]
  yield ['an entry more', [...list, list.at(-1)]]
  for (const index of new Set([0, list.length - 1])) {
    for (const [what, changed] of ofValue(list[index], known)) yield [`${index}: ${what}`, list.with(index, changed)]
  }
}

function* ofText(text: string, known: Tokens): Generator<Change<unknown>> {
  const kind = TOKEN.exec(text)?.[1]
  if (kind === undefined) {
    yield ['another text', `${text}x`]
    if (SECONDS.test(text)) yield ['a second later', text.replace(SECONDS, secondLater)]
    return
  }
  // Which token a value gets when it first appears means nothing.
  if (known.has(text)) yield ['a new value', `<${kind} 9999>`]
  for (const other of [`<${kind} 1>`, `<${kind} 2>`]) {
    if (other !== text && known.has(other)) yield [`the value of ${other}`, other]
  }
}

function secondLater(_: string, seconds: string, fraction = ''): string {
  return `:${String((Number(seconds) + 1) % 60).padStart(2, '0')}${fraction}Z`
}
