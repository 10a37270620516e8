/**
 * JSON text to a message, by the strict proto3 mapping (contract: admin.md §1.3): both names of a field are known, an
 * unknown name or one given twice is an error, `null` means absent.
 */
import { create, type DescField, type DescMessage, type MessageShape, ScalarType } from '@bufbuild/protobuf'
import { bytesFrom, int32From, timestampFrom } from './scalars.js'
import { JsonTokens, type Token } from './tokens.js'

const TIMESTAMP = 'google.protobuf.Timestamp'
const fieldsByName = new WeakMap<DescMessage, Map<string, DescField>>()

/** Reads a message. @throws 455 with the server's words where the text is not one */
export function decodeJson<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  const tokens = new JsonTokens(bytes)
  const message = readMessage(tokens, schema, tokens.next())
  const rest = tokens.next()
  if (rest.kind !== 'end') throw tokens.unexpected(rest)
  return message as MessageShape<D>
}

type Fields = Record<string, unknown>

function readMessage(tokens: JsonTokens, schema: DescMessage, first: Token): unknown {
  if (schema.typeName === TIMESTAMP) return readTimestamp(tokens, first)
  if (first.kind !== '{') throw tokens.unexpected(first)
  const message = create(schema)
  const seen = new Set<DescField>()
  let name = tokens.next()
  while (name.kind !== '}') {
    if (name.kind !== 'string') throw tokens.unexpected(name)
    const colon = tokens.next()
    if (colon.kind !== ':') throw tokens.unexpected(colon)
    const field = fieldsOf(schema).get(name.value)
    if (field === undefined) throw tokens.error(name.at, `unknown field ${name.raw}`)
    if (seen.has(field)) throw tokens.error(name.at, `duplicate field ${name.raw}`)
    seen.add(field)
    const value = readField(tokens, field)
    if (value !== undefined) (message as unknown as Fields)[field.localName] = value
    const after = tokens.next()
    if (after.kind !== ',' && after.kind !== '}') throw tokens.unexpected(after)
    name = after.kind === '}' ? after : tokens.next()
    if (after.kind === ',' && name.kind === '}') throw tokens.unexpected(name)
  }
  return message
}

function fieldsOf(schema: DescMessage): Map<string, DescField> {
  const known = fieldsByName.get(schema)
  if (known !== undefined) return known
  const fields = new Map<string, DescField>()
  for (const field of schema.fields) {
    fields.set(field.jsonName, field)
    fields.set(field.name, field)
  }
  fieldsByName.set(schema, fields)
  return fields
}

/** The value of a field; undefined when it is null. */
function readField(tokens: JsonTokens, field: DescField): unknown {
  const first = tokens.next()
  if (first.kind === 'null') return undefined
  if (field.fieldKind !== 'list') return readValue(tokens, field, first)
  if (first.kind !== '[') throw tokens.unexpected(first)
  const values: unknown[] = []
  let token = tokens.next()
  while (token.kind !== ']') {
    values.push(readValue(tokens, field, token))
    const after = tokens.next()
    if (after.kind !== ',' && after.kind !== ']') throw tokens.unexpected(after)
    token = after.kind === ']' ? after : tokens.next()
    if (after.kind === ',' && token.kind === ']') throw tokens.unexpected(token)
  }
  return values
}

function readValue(tokens: JsonTokens, field: DescField, token: Token): unknown {
  if (field.message !== undefined) return readMessage(tokens, field.message, token)
  const value = readScalar(field.scalar, token)
  if (value !== undefined) return value
  if ('{}[],:'.includes(token.kind) || token.kind === 'end') throw tokens.unexpected(token)
  throw tokens.error(token.at, `invalid value for ${ScalarType[field.scalar ?? 0]?.toLowerCase()} type: ${token.raw}`)
}

function readScalar(type: ScalarType | undefined, token: Token): unknown {
  if (type === ScalarType.STRING) return token.kind === 'string' ? token.value : undefined
  if (type === ScalarType.BYTES) return token.kind === 'string' ? bytesFrom(token.value) : undefined
  if (type === ScalarType.BOOL) {
    return token.kind === 'true' || token.kind === 'false' ? token.kind === 'true' : undefined
  }
  if (type !== ScalarType.INT32) throw new Error(`there is no JSON form for fields of type ${type}`)
  if (token.kind === 'number') return int32From(token.raw)
  return token.kind === 'string' ? int32From(token.value) : undefined
}

function readTimestamp(tokens: JsonTokens, token: Token): unknown {
  if (token.kind !== 'string') throw tokens.unexpected(token)
  const timestamp = timestampFrom(token.value)
  if (timestamp === undefined) throw tokens.error(token.at, `invalid google.protobuf.Timestamp value ${token.raw}`)
  return timestamp
}
