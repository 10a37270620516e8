/** The field tables match the .proto files: the same fields, numbers, names and kinds. */
import { type DescField, ScalarType } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { type Field, type MessageType, many, message, one } from '../../src/protocol/messages/message.js'
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

test('a table has its fields by number and by both names, in order, with the defaults of each kind', () => {
  const Inner = message('test.Inner', { text: one(1, 'string') })
  const type = message(
    'test.Outer',
    {
      someBytes: one(7, 'bytes'),
      aText: one(1, 'string'),
      aCount: one(2, 'int32'),
      aFlag: one(3, 'bool'),
      aTime: one(4, 'timestamp'),
      someTimes: many(5, 'timestamp', { name: 'some_times', json: 'times', most: 3 }),
      aMap: one(6, 'textMap'),
      inners: many(8, Inner),
    },
    'snake_case',
  )
  expect(type.name).toBe('test.Outer')
  expect(type.fields.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect([...type.byNumber.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(type.byNumber.get(5)).toEqual({
    local: 'someTimes',
    name: 'some_times',
    json: 'times',
    number: 5,
    kind: 'timestamp',
    repeated: true,
    most: 3,
  })
  expect(type.byNumber.get(7)).toMatchObject({
    name: 'some_bytes',
    json: 'some_bytes',
    repeated: false,
    most: Infinity,
  })
  expect([...type.byName.keys()].sort()).toEqual(
    ['a_text', 'a_count', 'a_flag', 'a_time', 'some_times', 'times', 'a_map', 'some_bytes', 'inners'].sort(),
  )
  expect(type.defaults).toEqual({
    aText: '',
    aCount: 0,
    aFlag: false,
    someTimes: undefined,
    aMap: undefined,
    someBytes: undefined,
    inners: undefined,
  })
  expect(Object.keys(type.defaults)).not.toContain('aTime')
  expect(type.own.map(({ local }) => local)).toEqual(['someTimes', 'aMap', 'someBytes', 'inners'])
  const camel = message('test.Camel', { someText: one(1, 'string') })
  expect([...camel.byName.keys()].sort()).toEqual(['someText', 'some_text'])
})
