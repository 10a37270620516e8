/** What a key of the configuration can hold. Parser, warnings and the schema for editors come from one table of these. */

/** A text, or anything that YAML writes in one piece. */
export interface TextKey {
  readonly kind: 'text'
  readonly about: string
  /** What it holds when it is left out. */
  readonly default?: string
  /** What it may hold, for editors. */
  readonly values?: readonly string[]
  /** Whether upper and lower case are the same. */
  readonly anyCase?: boolean
}

/** A length of time such as `1h30m` (docs/protocol/admin.md §9.1). */
export interface DurationKey {
  readonly kind: 'duration'
  readonly about: string
}

/** A whole number; fractions are cut towards zero. */
export interface IntegerKey {
  readonly kind: 'integer'
  readonly about: string
}

/** True or false. */
export interface FlagKey {
  readonly kind: 'flag'
  readonly about: string
}

/** Keys within a key. */
export interface MapKey<K extends KeyTable = KeyTable> {
  readonly kind: 'map'
  readonly about: string
  readonly keys: K
  /** Those that must be there. */
  readonly required?: readonly string[]
}

/** A list, whose entries are all of one kind. */
export interface ListKey<K extends MapKey = MapKey> {
  readonly kind: 'list'
  readonly about: string
  readonly item: K
}

/** Any of them. */
export type Key = TextKey | DurationKey | IntegerKey | FlagKey | MapKey | ListKey

/** Keys by their names. */
export interface KeyTable {
  readonly [name: string]: Key
}

/** What a key is read as: left out, texts are empty, numbers 0, maps empty; only a list can be missing. */
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

/** A key with this text. */
export function text(about: string, more: Omit<TextKey, 'kind' | 'about'> = {}): TextKey {
  return { kind: 'text', about, ...more }
}

/** A key with a duration. */
export function duration(about: string): DurationKey {
  return { kind: 'duration', about }
}

/** A key with a whole number. */
export function integer(about: string): IntegerKey {
  return { kind: 'integer', about }
}

/** A key that is true or false. */
export function flag(about: string): FlagKey {
  return { kind: 'flag', about }
}

/** A key with keys in it. */
export function map<const K extends KeyTable>(
  about: string,
  keys: K,
  required: readonly (keyof K & string)[] = [],
): MapKey<K> {
  return { kind: 'map', about, keys, required }
}

/** A key with a list of maps. */
export function list<K extends MapKey>(about: string, item: K): ListKey<K> {
  return { kind: 'list', about, item }
}
