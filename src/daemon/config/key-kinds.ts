/** The kinds of configuration keys. The parser, the warnings and the JSON schema all use one table of these. */

/** A string, or any other scalar in YAML. */
export interface TextKey {
  readonly kind: 'text'
  readonly about: string
  /** The value if the key is left out. */
  readonly default?: string
  /** The allowed values, for editors. */
  readonly values?: readonly string[]
  /** Whether case does not matter. */
  readonly anyCase?: boolean
}

/** A length of time such as `1h30m` (docs/protocol/admin.md §9.1). */
export interface DurationKey {
  readonly kind: 'duration'
  readonly about: string
}

/** A whole number. Fractions are truncated towards zero. */
export interface IntegerKey {
  readonly kind: 'integer'
  readonly about: string
}

/** True or false. */
export interface FlagKey {
  readonly kind: 'flag'
  readonly about: string
}

/** A map of keys. */
export interface MapKey<K extends KeyTable = KeyTable> {
  readonly kind: 'map'
  readonly about: string
  readonly keys: K
  /** The keys that must be present. */
  readonly required?: readonly string[]
}

/** A list of maps. */
export interface ListKey<K extends MapKey = MapKey> {
  readonly kind: 'list'
  readonly about: string
  readonly item: K
}

/** A key of any kind. */
export type Key = TextKey | DurationKey | IntegerKey | FlagKey | MapKey | ListKey

/** Keys by name. */
export interface KeyTable {
  readonly [name: string]: Key
}

/** The value read for a key. If left out, strings are empty, numbers are 0 and maps are empty. Only a list can be `undefined`. */
export type ValueOf<K> =
  K extends MapKey<infer T>
    ? { readonly [N in keyof T]: ValueOf<T[N]> }
    : K extends ListKey<infer I>
      ? readonly ValueOf<I>[] | undefined
      : K extends IntegerKey
        ? number
        : K extends FlagKey
          ? boolean
          : string

/** Returns a key with a string. */
export function text(about: string, more: Omit<TextKey, 'kind' | 'about'> = {}): TextKey {
  return { kind: 'text', about, ...more }
}

/** Returns a key with a duration. */
export function duration(about: string): DurationKey {
  return { kind: 'duration', about }
}

/** Returns a key with a whole number. */
export function integer(about: string): IntegerKey {
  return { kind: 'integer', about }
}

/** Returns a key with a boolean. */
export function flag(about: string): FlagKey {
  return { kind: 'flag', about }
}

/** Returns a key with a map. */
export function map<const K extends KeyTable>(
  about: string,
  keys: K,
  required: readonly (keyof K & string)[] = [],
): MapKey<K> {
  return { kind: 'map', about, keys, required }
}

/** Returns a key with a list of maps. */
export function list<K extends MapKey>(about: string, item: K): ListKey<K> {
  return { kind: 'list', about, item }
}
