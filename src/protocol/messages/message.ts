/**
 * What a message of the protocol is made of: a name and a table of fields. Types, both encodings and the checks of the
 * client come from the tables beside this file; `test/unit/messages.test.ts` holds them to the .proto files.
 */

/** A point in time as it travels. */
export interface Timestamp {
  /** Seconds since 1970, negative before. */
  readonly seconds: bigint
  /** 0 to 999,999,999. */
  readonly nanos: number
}

/** A point in time as a caller may give it. */
export type TimestampInit = Timestamp | Date | { readonly seconds: bigint | number; readonly nanos?: number }

/** What a field holds. `textMap` is a map from texts to texts. */
export type FieldKind = 'string' | 'int32' | 'bool' | 'bytes' | 'timestamp' | 'textMap'

/** How a field is written down in a table. */
export interface FieldSpec<K = unknown, R extends boolean = boolean> {
  readonly number: number
  readonly kind: K
  readonly repeated: R
  readonly options?: FieldOptions
}

/** What is not as usual with a field. */
export interface FieldOptions {
  /** Its name in the .proto file; usually as in messages here. */
  readonly name?: string
  /** Its name in JSON; usually the same in snake_case. */
  readonly json?: string
  /** So many elements a reader keeps: as many as a right request has. It only counts the others (see counted.ts). */
  readonly most?: number
}

/** A field, with all its names. */
export interface Field {
  /** As in messages here. */
  readonly local: string
  /** As in the .proto file; JSON knows it too. */
  readonly name: string
  /** As JSON is written. */
  readonly json: string
  readonly number: number
  readonly kind: FieldKind | MessageType
  readonly repeated: boolean
  /** So many elements a reader keeps. */
  readonly most: number
}

/** A type of message. */
export interface MessageType<F extends Fields = Fields> {
  /** As in the .proto file, with its package. */
  readonly name: string
  readonly fields: readonly Field[]
  readonly byNumber: ReadonlyMap<number, Field>
  /** By both names that JSON knows. */
  readonly byName: ReadonlyMap<string, Field>
  /** A message with its defaults, less what each message has for itself, which is undefined. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** The fields that each message has for itself: lists and maps, and bytes, which are another thing for each reader. */
  readonly own: readonly Field[]
  /** Only there for the compiler. */
  readonly specs?: F
}

/** The fields of a message by their names. */
export type Fields = Readonly<Record<string, FieldSpec>>

/** A field with one value. */
export function one<const K extends FieldKind>(
  number: number,
  kind: K,
  options: FieldOptions = {},
): FieldSpec<K, false> {
  return { number, kind, repeated: false, options }
}

/** A field with a list of values. */
export function many<const K extends FieldKind | MessageType>(
  number: number,
  kind: K,
  options: FieldOptions = {},
): FieldSpec<K, true> {
  return { number, kind, repeated: true, options }
}

/**
 * Makes a type of its fields, which are written in the order of their numbers. `protoNames` says how its .proto file
 * spells names of several words; messages here always have camelCase.
 */
export function message<const F extends Fields>(
  name: string,
  specs: F,
  protoNames: 'camelCase' | 'snake_case' = 'camelCase',
): MessageType<F> {
  const fields = Object.entries(specs)
    .map(([local, { number, kind, repeated, options }]): Field => {
      const usual = protoNames === 'camelCase' ? local : snakeCase(local)
      const { name = usual, json = snakeCase(local), most = Number.POSITIVE_INFINITY } = options ?? {}
      return { local, name, json, number, kind: kind as Field['kind'], repeated, most }
    })
    .sort((a, b) => a.number - b.number)
  return {
    name,
    fields,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    byName: new Map(fields.flatMap((field) => [[field.json, field] as const, [field.name, field] as const])),
    defaults: Object.fromEntries(
      fields
        .filter(({ kind, repeated }) => repeated || kind !== 'timestamp')
        .map(({ local, kind, repeated }) => [local, repeated ? undefined : DEFAULTS.get(kind)]),
    ),
    own: fields.filter(({ kind, repeated }) => repeated || kind === 'textMap' || kind === 'bytes'),
  }
}

const DEFAULTS = new Map<Field['kind'], unknown>([
  ['string', ''],
  ['int32', 0],
  ['bool', false],
])

/** Where a reader has its empty bytes. */
export interface NoBytes {
  readonly noBytes: unknown
}

/** A message with its defaults: what a reader starts from. A copy of one is made much faster than one field by field. */
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

/** A message as it was read: every field is there, but timestamps that were not given. `B` is what bytes are. */
export type Shape<F extends Fields, B> = {
  -readonly [N in keyof F as F[N]['kind'] extends 'timestamp' ? never : N]: F[N] extends FieldSpec<infer K, infer R>
    ? R extends true
      ? Value<K, B>[]
      : Value<K, B>
    : never
} & { -readonly [N in keyof F as F[N]['kind'] extends 'timestamp' ? N : never]?: Timestamp | undefined }

type InitValue<K, B> = K extends 'timestamp' ? TimestampInit : K extends MessageType<infer F> ? Init<F, B> : Value<K, B>

/** A message as a writer gives it: every field may be left out. */
export type Init<F extends Fields, B> = {
  readonly [N in keyof F]?:
    | (F[N] extends FieldSpec<infer K, infer R>
        ? R extends true
          ? readonly InitValue<K, B>[]
          : InitValue<K, B>
        : never)
    | undefined
}

/** The fields of a type. */
export type FieldsOf<M> = M extends MessageType<infer F> ? F : never
