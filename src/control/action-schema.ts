/** The schema of what a fault does, and the checks that the fault does not make itself. */
import { PLAIN_KINDS } from '../daemon/faults/fault-spec.js'
import { badRequest } from '../errors.js'
import { LONGEST } from '../harness/faults/fault-action.js'
import { checkDurationText, DURATION_TEXT, NEGATIVE_DURATION_TEXT } from './durations.js'
import { shown } from './shown.js'

type Schema = Readonly<Record<string, unknown>>

const MILLISECONDS = { type: 'number', minimum: 0, maximum: LONGEST, description: 'Milliseconds.' }

const ANSWER = {
  type: 'object',
  additionalProperties: false,
  required: ['code'],
  properties: { code: { type: 'integer' }, message: { type: 'string' } },
} as const

function only(required: string, properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, required: [required], properties }
}

/** A plain kind, or an object with one of `refuse`, `delay`, `first` and `clockSkew`. */
export const ACTION_SCHEMA: Schema = {
  oneOf: [
    { type: 'string', enum: PLAIN_KINDS },
    only('refuse', { refuse: { oneOf: [{ type: 'integer' }, ANSWER] } }),
    only('delay', {
      delay: { oneOf: [MILLISECONDS, DURATION_TEXT] },
      when: { type: 'string', enum: ['before', 'after'] },
    }),
    only('first', { first: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } }),
    only('clockSkew', {
      clockSkew: { oneOf: [{ ...MILLISECONDS, minimum: -LONGEST }, DURATION_TEXT, NEGATIVE_DURATION_TEXT] },
    }),
  ],
  examples: ['lose-reply', { refuse: 454 }, { delay: '5s', when: 'after' }],
}

/** Checks the form of an action. The fault checks the rest. @throws 400 if it is no text and no object, or a text in it is no duration */
export function checkAction(what: string, value: unknown): void {
  if (typeof value === 'string') return
  if (typeof value !== 'object' || value === null) {
    throw badRequest(`${what} is a string, or an object such as { "refuse": 454 }; got ${shown(value)}`)
  }
  const { delay, clockSkew } = value as { delay?: unknown; clockSkew?: unknown }
  if (typeof delay === 'string') checkDurationText(`${what}: delay`, delay)
  if (typeof clockSkew === 'string') checkDurationText(`${what}: clockSkew`, clockSkew.replace(/^-/, ''))
}
