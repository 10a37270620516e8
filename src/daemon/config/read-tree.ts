/**
 * Reads a configuration tree with the table of keys. It fills in defaults, and collects values of a wrong kind and unknown keys.
 * config.ts turns them into errors and warnings.
 */
import { parseDuration } from '../../clock/parse-duration.js'
import { nearestOf } from '../../nearest.js'
import type { Key, ListKey, MapKey, ValueOf } from './key-kinds.js'

/** The path to a value from the root. */
export type Path = readonly (string | number)[]

/** A value of a wrong kind. */
export interface WrongKind {
  readonly path: Path
  /** The path for humans: `queues[0] 'orders': lease-timeout`. */
  readonly place: string
  readonly got: unknown
  readonly kind: Key['kind']
  /** Why the value is wrong, if the kind alone does not say it. */
  readonly why?: string
}

/** A key that is not in the table. */
export interface UnknownKey {
  readonly path: Path
  readonly place: string
  /** The key that was probably meant. `undefined` if there is none. */
  readonly nearest: string | undefined
  readonly known: readonly string[]
}

/** The result of reading a tree. */
export interface Reading<T> {
  readonly value: T
  readonly wrong: readonly WrongKind[]
  readonly unknown: readonly UnknownKey[]
}

/** Reads a tree. `literal` returns a value as it is written in its file, if there is one. */
export function readTree<K extends MapKey>(
  tree: unknown,
  table: K,
  literal: (path: Path) => string | undefined = () => undefined,
): Reading<ValueOf<K>> {
  const reader = new TreeReader(literal)
  const value = reader.read(tree, table, { path: [], place: '', inside: '' })
  return { value: value as ValueOf<K>, wrong: reader.wrong, unknown: reader.unknown }
}

/** Where the reader is: the path, the same as text, and the prefix for the text of keys inside. */
interface Place {
  readonly path: Path
  readonly place: string
  readonly inside: string
}

class TreeReader {
  readonly wrong: WrongKind[] = []
  readonly unknown: UnknownKey[] = []
  readonly #literal: (path: Path) => string | undefined

  constructor(literal: (path: Path) => string | undefined) {
    this.#literal = literal
  }

  read(value: unknown, key: Key, at: Place): unknown {
    const given = value === null ? undefined : value
    if (key.kind === 'map') return this.#map(given, key, at)
    if (key.kind === 'list') return this.#list(given, key, at)
    if (key.kind === 'integer') return this.#integer(given, at)
    if (key.kind === 'flag') return this.#flag(given, at)
    return key.kind === 'duration' ? this.#duration(given, at) : this.#text(given, key.default ?? '', at)
  }

  #map(value: unknown, { keys }: MapKey, at: Place): Record<string, unknown> {
    const fits = value === undefined || (typeof value === 'object' && !Array.isArray(value))
    if (!fits) this.#note(at, value, 'map')
    const tree = (fits ? (value ?? {}) : {}) as Record<string, unknown>
    const known = Object.keys(keys)
    for (const name of Object.keys(tree)) {
      if (known.includes(name)) continue
      const { path, place } = inside(at, name)
      this.unknown.push({ path, place, nearest: nearestOf(name, known), known })
    }
    return Object.fromEntries(known.map((name) => [name, this.read(tree[name], keys[name] as Key, inside(at, name))]))
  }

  #list(value: unknown, { item }: ListKey, at: Place): unknown[] | undefined {
    if (value === undefined) return undefined
    if (Array.isArray(value)) return value.map((entry, index) => this.read(entry, item, entryOf(at, index, entry)))
    this.#note(at, value, 'list')
    return undefined
  }

  #integer(value: unknown, at: Place): number {
    if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value)
    if (value !== undefined) this.#note(at, value, 'integer')
    return 0
  }

  #flag(value: unknown, at: Place): boolean {
    if (value !== undefined && typeof value !== 'boolean') this.#note(at, value, 'flag')
    return value === true
  }

  /** Returns a string. Any other scalar is returned as it is written. An empty string counts as left out. */
  #text(value: unknown, otherwise: string, at: Place): string {
    if (value === undefined || value === '') return otherwise
    if (typeof value === 'string') return value
    if (typeof value !== 'object') return this.#literal(at.path) ?? String(value)
    this.#note(at, value, 'text')
    return ''
  }

  #duration(value: unknown, at: Place): string {
    if (value === undefined || value === '') return ''
    const { problem } = typeof value === 'string' ? parseDuration(value) : { problem: undefined }
    if (typeof value === 'string' && problem === undefined) return value
    this.#note(at, value, 'duration', problem)
    return ''
  }

  #note({ path, place }: Place, got: unknown, kind: Key['kind'], why?: string): void {
    this.wrong.push({ path, place, got, kind, ...(why === undefined ? {} : { why }) })
  }
}

function inside(at: Place, name: string): Place {
  const place = at.inside + name
  return { path: [...at.path, name], place, inside: `${place}.` }
}

/** Returns the place of a list entry. An entry with a name is shown with it. */
function entryOf(at: Place, index: number, entry: unknown): Place {
  const { name } = Object(entry) as { name?: unknown }
  const place = `${at.place}[${index}]`
  const named = typeof name === 'string'
  return { path: [...at.path, index], place, inside: named ? `${place} '${name}': ` : `${place}.` }
}
