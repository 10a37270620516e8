/** The schema of what a fault does. */
import { PLAIN_KINDS } from '../daemon/faults/fault-spec.js'

type Schema = Readonly<Record<string, unknown>>

const DURATION = {
  oneOf: [
    { type: 'number', description: 'Milliseconds.' },
    { type: 'string', minLength: 1 },
  ],
} as const

const ANSWER = {
  type: 'object',
  additionalProperties: false,
  required: ['code', 'message'],
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
    only('delay', { delay: DURATION, when: { type: 'string', enum: ['before', 'after'] } }),
    only('first', { first: { type: 'integer', minimum: 0 } }),
    only('clockSkew', { clockSkew: DURATION }),
  ],
  examples: ['lose-reply', { refuse: 454 }, { delay: '5s', when: 'after' }],
}
