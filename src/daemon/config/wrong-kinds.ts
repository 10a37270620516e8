/**
 * Error messages about values of a wrong kind. For a file they list all values with their lines, in the server's words. For an object,
 * which has no lines, they name the first value by its place.
 */
import { inspect } from 'node:util'
import { type QueratorError, usageError } from '../../errors.js'
import type { ConfigSource } from './config-source.js'
import type { Key } from './key-kinds.js'
import type { WrongKind } from './read-tree.js'

const WANTED: Record<Key['kind'], string> = {
  text: 'a text',
  duration: 'a duration such as 1m or 1h30m',
  integer: 'a whole number',
  flag: 'true or false',
  map: 'a map',
  list: 'a list',
}

/** The types as the server, a Go program, names them. */
const GO_TYPES: Record<Key['kind'], string> = {
  text: 'string',
  duration: 'time.Duration',
  integer: 'int',
  flag: 'bool',
  map: 'map',
  list: 'list',
}

/** The most characters shown of a value in a file, as on the server. */
const MOST_SHOWN = 10

/** The most characters shown of a value in an object. */
const MOST_OF_TREE = 200

/** The most values that are named. The server names all. */
const MOST_TOLD = 100

/** Returns the error about these values. There must be at least one. */
export function wrongKinds(wrong: readonly WrongKind[], source: ConfigSource | undefined): QueratorError {
  if (source === undefined) return wrongInTree(wrong[0] as WrongKind)
  const lines = wrong.slice(0, MOST_TOLD).map((one) => {
    const where = one.place === '' ? 'the file' : one.place
    const why = one.why === undefined ? '' : `: ${one.why}`
    return `  line ${source.lineOf(one.path) ?? 1}: cannot unmarshal ${goValue(one.got)} into ${GO_TYPES[one.kind]} (${where} takes ${WANTED[one.kind]}${why})`
  })
  const left = wrong.length - lines.length
  const all = left > 0 ? [...lines, `  and ${left} more`] : lines
  return usageError(`while reading config file: yaml: unmarshal errors:\n${all.join('\n')}\nin ${source.file}`)
}

function wrongInTree({ place, got, kind, why }: WrongKind): QueratorError {
  if (place === '') return usageError('the configuration must be a map with keys such as address and partition-storage')
  const because = why === undefined ? '' : `; ${why}`
  return usageError(`${place} must be ${WANTED[kind]}; got ${describedValue(got)}${because}`)
}

/** Returns a short text for a value of an object. It may be deep, circular, or not representable in JSON. */
function describedValue(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY })
  return text.length > MOST_OF_TREE ? `${text.slice(0, MOST_OF_TREE)}…` : text
}

function goValue(value: unknown): string {
  if (Array.isArray(value)) return '!!seq'
  if (typeof value === 'object') return '!!map'
  const tag = { string: 'str', boolean: 'bool', number: Number.isInteger(value) ? 'int' : 'float' }[
    typeof value as 'string'
  ]
  const text = String(value)
  return `!!${tag} \`${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 3)}...` : text}\``
}
