/** The field tables match the .proto files: the same fields, numbers, names and kinds. */
import { type DescField, ScalarType } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import type { Field, MessageType } from '../../src/protocol/messages/message.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { METHODS, type Method } from '../../src/protocol/methods.js'
import { schemaOf } from '../support/library.js'

const types = [Reply, ...(Object.values(METHODS) as Method[]).flatMap(({ request, response }) => [request, response])]

function ours({ local, name, json, number, kind, repeated }: Field) {
  return { local, name, json, number, kind: typeof kind === 'object' ? kind.name : kind, repeated }
}

function theirs(field: DescField) {
  const { localName: local, name, jsonName: json, number } = field
  const repeated = field.fieldKind === 'list'
  return { local, name, json, number, kind: kindOf(field), repeated }
}

function kindOf(field: DescField): string {
  if (field.fieldKind === 'map') return 'textMap'
  if (field.message === undefined) return ScalarType[field.scalar as ScalarType]?.toLowerCase() ?? ''
  return field.message.typeName === 'google.protobuf.Timestamp' ? 'timestamp' : field.message.typeName
}

function check(type: MessageType): void {
  const fields = [...schemaOf(type).fields].sort((a, b) => a.number - b.number)
  expect(type.fields.map(ours)).toEqual(fields.map(theirs))
  for (const { kind } of type.fields) if (typeof kind === 'object') check(kind)
}

test.each(types.map((type) => [type.name, type] as const))('the fields of %s match its .proto file', (_, type) =>
  check(type))
