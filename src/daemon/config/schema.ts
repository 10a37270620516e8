/** The JSON schema of the configuration file. */
import type { Key, MapKey } from './key-kinds.js'
import { CONFIG } from './keys.js'

/** The duration grammar (docs/protocol/admin.md §9.1). */
const DURATION = '^[+-]?(0|((\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))+)$'

/** A JSON schema, or a part of one. */
type Schema = Record<string, unknown>

/** Returns the JSON schema of the configuration file for editors. It comes from the same table as the parser. */
export function configSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Querator configuration',
    ...schemaOf(CONFIG),
  }
}

function schemaOf(key: Key): Schema {
  const { about: description } = key
  switch (key.kind) {
    case 'map':
      return { description, ...mapSchema(key) }
    case 'list':
      return { description, type: ['array', 'null'], items: schemaOf(key.item) }
    case 'integer':
      return { description, type: 'integer' }
    case 'flag':
      return { description, type: 'boolean' }
    case 'duration':
      return { description, type: 'string', pattern: DURATION, examples: ['1m', '1h30m'] }
    case 'text':
      return { description, ...(key.default === undefined ? {} : { default: key.default }), ...valuesSchema(key) }
  }
}

function mapSchema({ keys, required = [] }: MapKey): Schema {
  const properties = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, schemaOf(key)]))
  const needed = required.length === 0 ? {} : { required }
  return {
    type: required.length === 0 ? ['object', 'null'] : 'object',
    properties,
    ...needed,
    additionalProperties: false,
  }
}

function valuesSchema({ values, anyCase, default: usual }: Extract<Key, { kind: 'text' }>): Schema {
  if (values === undefined) return { type: 'string' }
  // An empty string counts as left out.
  const empty = usual === undefined ? [] : ['']
  if (!anyCase) return { enum: [...values, ...empty] }
  const pattern = `^(${values.map(inAnyCase).join('|')})$`
  // Editors offer the values of the enum.
  return { type: 'string', anyOf: [{ enum: [...values, ...empty] }, { pattern }] }
}

function inAnyCase(word: string): string {
  return [...word].map((letter) => `[${letter.toUpperCase()}${letter}]`).join('')
}
