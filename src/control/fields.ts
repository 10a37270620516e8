/** The fields of requests: their types, how they are read, and their schemas. */
import { KEEPS, type Keeps } from '../daemon/lives/keeps.js'
import { EVENT_KINDS, type EventKind } from '../engine/events/event-kinds.js'
import { badRequest, type QueratorError } from '../errors.js'
import type { FaultAction } from '../harness/faults/fault-action.js'
import { nearestOf } from '../nearest.js'
import { ACTION_SCHEMA, checkAction } from './action-schema.js'
import { DUMP_SCHEMA } from './dump-schema.js'
import { checkDuration, DURATION_TEXT } from './durations.js'
import { shown } from './shown.js'

/** The values of each type of field. */
interface Values {
  /** A text that is not empty. */
  text: string
  /** A whole number, 0 or more. */
  count: number
  /** A whole number, 1 or more. */
  ordinal: number
  /** Milliseconds, or a text such as `61s`. */
  duration: number | string
  event: EventKind
  flag: boolean
  keeps: Keeps
  /** What a daemon holds: an object, which the daemon checks. */
  dump: object
  /** What a fault does: a text or an object, which the fault checks. */
  action: FaultAction
}

/** A field of a request. */
export interface Field {
  readonly type: keyof Values
  /** What it means, as a sentence. */
  readonly text: string
  readonly required?: true
  /** For numbers: the largest. Default: the largest that JavaScript holds exactly. */
  readonly most?: number
}

/** The fields of a request by name. */
export type Fields = Readonly<Record<string, Field>>

/** The values of a request. */
export type Given<F extends Fields> = {
  readonly [N in keyof F]: F[N] extends { required: true } ? Values[F[N]['type']] : Values[F[N]['type']] | undefined
}

type Schema = Readonly<Record<string, unknown>>

const SCHEMAS: Record<keyof Values, Schema> = {
  text: { type: 'string', minLength: 1 },
  count: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  ordinal: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  duration: {
    oneOf: [{ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, DURATION_TEXT],
    examples: ['61s', 1500],
  },
  event: { type: 'string', enum: EVENT_KINDS },
  flag: { type: 'boolean' },
  keeps: { type: 'string', enum: KEEPS },
  dump: DUMP_SCHEMA,
  action: ACTION_SCHEMA,
}

/** Returns the schema of a field. */
export function schemaOfField({ type, text, most }: Field): Schema {
  return { ...SCHEMAS[type], ...(most === undefined ? {} : { maximum: most }), description: text }
}

/** Checks the values of a request. `route` names it in errors. @throws 400 if a field is unknown, missing or of another type */
export function checked(route: string, fields: Fields, values: Readonly<Record<string, unknown>>): Given<Fields> {
  const names = Object.keys(fields)
  for (const name of Object.keys(values)) if (!names.includes(name)) throw unknownField(route, name, names)
  const given: Record<string, unknown> = {}
  for (const name of names) {
    const field = fields[name] as Field
    const value = values[name]
    if (value !== undefined) checkValue(`${route}: ${name}`, field, value)
    else if (field.required) throw badRequest(`${route} needs the field '${name}'; ${field.text}`)
    given[name] = value
  }
  return given as Given<Fields>
}

/** Returns the parameters of a query, as values. @throws 400 if a parameter is given twice, or is no number where one is needed */
export function valuesOfQuery(route: string, fields: Fields, query: string): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null)
  for (const [name, text] of new URLSearchParams(query)) {
    if (name in values) throw badRequest(`${route}: ${name} is given twice; give it once`)
    const type = Object.hasOwn(fields, name) ? fields[name]?.type : undefined
    const isNumber = (type === 'count' || type === 'ordinal') && /^\d+$/.test(text)
    values[name] = isNumber ? Number(text) : text
  }
  return values
}

function unknownField(route: string, name: string, known: readonly string[]): QueratorError {
  const shown = name.slice(0, 100)
  if (known.length === 0) return badRequest(`${route} has no fields; got '${shown}'`)
  const nearest = nearestOf(name, known)
  const existing = known.join(', ')
  const hint = nearest === undefined ? `it has: ${existing}` : `did you mean '${nearest}'? It has: ${existing}`
  return badRequest(`${route} has no field '${shown}'; ${hint}`, {
    existing,
    ...(nearest === undefined ? {} : { nearest }),
  })
}

/** @throws 400 if the value is none for this field */
function checkValue(what: string, { type, most }: Field, value: unknown): void {
  if (type === 'text') checkText(what, value)
  else if (type === 'count') checkNumber(what, value, 0, most)
  else if (type === 'ordinal') checkNumber(what, value, 1, most)
  else if (type === 'duration') checkDuration(what, value)
  else if (type === 'flag') {
    if (typeof value !== 'boolean') throw badRequest(`${what} is true or false; got ${shown(value)}`)
  } else if (type === 'action') checkAction(what, value)
  else if (type === 'dump') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw badRequest(`${what} is an object; got ${shown(value)}`)
    }
  } else if (type === 'keeps') {
    if (!KEEPS.some((one) => one === value)) throw badRequest(`${what} is ${KEEPS.join(', ')}; got ${shown(value)}`)
  } else if (!EVENT_KINDS.some((kind) => kind === value)) throw unknownKind(what, value)
}

function checkText(what: string, value: unknown): void {
  if (typeof value !== 'string') throw badRequest(`${what} is a string; got ${shown(value)}`)
  if (value === '') throw badRequest(`${what} is a text that is not empty; leave it out instead`)
}

function checkNumber(what: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw badRequest(`${what} is a whole number, ${least} or more; got ${shown(value)}`)
  }
  if ((value as number) > most) throw badRequest(`${what} is at most ${most}; got ${shown(value)}`)
}

function unknownKind(what: string, value: unknown): QueratorError {
  const nearest = typeof value === 'string' ? nearestOf(value, EVENT_KINDS) : undefined
  const existing = EVENT_KINDS.join(', ')
  const hint = nearest === undefined ? 'one of' : `did you mean '${nearest}'? One of`
  const details = { existing, ...(nearest === undefined ? {} : { nearest }) }
  return badRequest(`${what} is no kind of event: ${shown(value)}; ${hint}: ${existing}`, details)
}

/** Returns the values without those that were left out. */
export function given<T extends object>(values: T): { [N in keyof T]?: Exclude<T[N], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [N in keyof T]?: Exclude<T[N], undefined> }
}
