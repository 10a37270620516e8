/**
 * Definitions of messages: a name and a table of fields. The types, both encodings and the checks of the client come from the tables
 * in this folder. `test/unit/messages.test.ts` compares them with the .proto files.
 */

/** A point in time on the wire. */
export interface Timestamp {
  /** Seconds since 1970, negative for earlier times. */
  readonly seconds: bigint
  /** 0 to 999,999,999. */
  readonly nanos: number
}

/** A point in time as a caller may write it. */
export type TimestampInit = Timestamp | Date | { readonly seconds: bigint | number; readonly nanos?: number }

/** The type of a field. `textMap` is a map from strings to strings. */
export type FieldKind = 'string' | 'int32' | 'bool' | 'bytes' | 'timestamp' | 'textMap'

/** A field in a table. */
export interface FieldSpec<K = unknown, R extends boolean = boolean> {
  readonly number: number
  readonly kind: K
  readonly repeated: R
  readonly options?: FieldOptions
}

/** The unusual properties of a field. */
export interface FieldOptions {
  /** The name in the .proto file. Default: as in the table. */
  readonly name?: string
  /** The name in JSON. Default: the same in snake_case. */
  readonly json?: string
  /** How many elements a reader keeps: as many as a valid request has. Others are only counted (see counted.ts). */
  readonly most?: number
}

/** A field with all its names. */
export interface Field {
  /** The name in the table. */
  readonly local: string
  /** The name in the .proto file. JSON accepts it too. */
  readonly name: string
  /** The name in JSON. */
  readonly json: string
  readonly number: number
  readonly kind: FieldKind | MessageType
  readonly repeated: boolean
  /** How many elements a reader keeps. */
  readonly most: number
}

/** A message type. */
export interface MessageType<F extends Fields = Fields> {
  /** The name in the .proto file, with the package. */
  readonly name: string
  readonly fields: readonly Field[]
  readonly byNumber: ReadonlyMap<number, Field>
  /** Fields by both names that JSON accepts. */
  readonly byName: ReadonlyMap<string, Field>
  /** A message with its defaults. The fields in `own` are `undefined`. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** The fields whose default each message needs for itself: lists, maps, and bytes, which differ between readers. */
  readonly own: readonly Field[]
  /** Only used by the compiler. */
  readonly specs?: F
}

/** The fields of a message by name. */
export type Fields = Readonly<Record<string, FieldSpec>>

/** Returns a field with one value. */
export function one<const K extends FieldKind>(
  number: number,
  kind: K,
  options: FieldOptions = {},
): FieldSpec<K, false> {
  return { number, kind, repeated: false, options }
}

/** Returns a field with a list of values. */
export function many<const K extends FieldKind | MessageType>(
  number: number,
  kind: K,
  options: FieldOptions = {},
): FieldSpec<K, true> {
  return { number, kind, repeated: true, options }
}

/**
 * Returns a message type. The fields must be in the order of their numbers. `protoNames` is the spelling of names in the .proto file.
 * Names in the table are always in camelCase.
 */
export function message<const F extends Fields>(
  name: string,
  specs: F,
  protoNames: 'camelCase' | 'snake_case' = 'camelCase',
): MessageType<F> {
  return new Table(name, specs, protoNames)
}

/** A message type whose tables are made when they are first used. A test uses few of all messages. */
class Table<F extends Fields> implements MessageType<F> {
  readonly name: string
  readonly #specs: F
  readonly #protoNames: 'camelCase' | 'snake_case'
  #fields: readonly Field[] | undefined
  #byNumber: ReadonlyMap<number, Field> | undefined
  #byName: ReadonlyMap<string, Field> | undefined
  #defaults: Readonly<Record<string, unknown>> | undefined
  #own: readonly Field[] | undefined

  constructor(name: string, specs: F, protoNames: 'camelCase' | 'snake_case') {
    this.name = name
    this.#specs = specs
    this.#protoNames = protoNames
  }

  get fields(): readonly Field[] {
    this.#fields ??= fieldsOf(this.#specs, this.#protoNames)
    return this.#fields
  }

  get byNumber(): ReadonlyMap<number, Field> {
    this.#byNumber ??= new Map(this.fields.map((field) => [field.number, field]))
    return this.#byNumber
  }

  get byName(): ReadonlyMap<string, Field> {
    this.#byName ??= new Map(
      this.fields.flatMap((field) => [[field.json, field] as const, [field.name, field] as const]),
    )
    return this.#byName
  }

  get defaults(): Readonly<Record<string, unknown>> {
    this.#defaults ??= Object.fromEntries(
      this.fields
        .filter(({ kind, repeated }) => repeated || kind !== 'timestamp')
        .map(({ local, kind, repeated }) => [local, repeated ? undefined : DEFAULTS.get(kind)]),
    )
    return this.#defaults
  }

  get own(): readonly Field[] {
    this.#own ??= this.fields.filter(({ kind, repeated }) => repeated || kind === 'textMap' || kind === 'bytes')
    return this.#own
  }
}

function fieldsOf(specs: Fields, protoNames: 'camelCase' | 'snake_case'): Field[] {
  return Object.entries(specs)
    .map(([local, { number, kind, repeated, options }]): Field => {
      const usual = protoNames === 'camelCase' ? local : snakeCase(local)
      const { name = usual, json = snakeCase(local), most = Number.POSITIVE_INFINITY } = options ?? {}
      return { local, name, json, number, kind: kind as Field['kind'], repeated, most }
    })
    .sort((a, b) => a.number - b.number)
}

const DEFAULTS = new Map<Field['kind'], unknown>([
  ['string', ''],
  ['int32', 0],
  ['bool', false],
])

/** The source of a reader's empty bytes. */
export interface NoBytes {
  readonly noBytes: unknown
}

/** Returns a message with its defaults for a reader. Copying `defaults` is much faster than setting one field after the other. */
export function emptyMessage(type: MessageType, reader: NoBytes): Record<string, unknown> {
  const empty: Record<string, unknown> = { ...type.defaults }
  for (const { local, kind, repeated } of type.own) {
    empty[local] = repeated ? [] : kind === 'bytes' ? reader.noBytes : {}
  }
  return empty
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

type Value<K, B> = K extends 'string'
  ? string
  : K extends 'int32'
    ? number
    : K extends 'bool'
      ? boolean
      : K extends 'bytes'
        ? B
        : K extends 'textMap'
          ? Record<string, string>
          : K extends MessageType<infer F>
            ? Shape<F, B>
            : never

/** A message after reading. Every field is present, except timestamps that were not sent. `B` is the type of bytes. */
export type Shape<F extends Fields, B> = {
  -readonly [N in keyof F as F[N]['kind'] extends 'timestamp' ? never : N]: F[N] extends FieldSpec<infer K, infer R>
    ? R extends true
      ? Value<K, B>[]
      : Value<K, B>
    : never
} & { -readonly [N in keyof F as F[N]['kind'] extends 'timestamp' ? N : never]?: Timestamp | undefined }

type InitValue<K, B> = K extends 'timestamp' ? TimestampInit : K extends MessageType<infer F> ? Init<F, B> : Value<K, B>

/** A message before writing. Every field may be left out. */
export type Init<F extends Fields, B> = {
  readonly [N in keyof F]?:
    | (F[N] extends FieldSpec<infer K, infer R>
        ? R extends true
          ? readonly InitValue<K, B>[]
          : InitValue<K, B>
        : never)
    | undefined
}

/** The fields of a message type. */
export type FieldsOf<M> = M extends MessageType<infer F> ? F : never
