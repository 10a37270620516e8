/** Finds what a rejected request was probably about, to help explain the error. */
import { TextDecoder } from 'node:util'
import { decodeResponse } from '../protocol/codec.js'
import type { MessageType } from '../protocol/messages/message.js'

/** The names and ids in a request. */
export interface Named {
  readonly queueName: string
  readonly clientId: string
  /** The items of a complete or retry, and their partition. */
  readonly ids: readonly string[]
  readonly partition: number
}

const NOTHING: Named = { queueName: '', clientId: '', ids: [], partition: 0 }

/** Returns the field of an error in a JSON body: the last name before the error's position. Empty if it is unknown. */
export function faultyField(body: Uint8Array, message: string): string {
  const [, line, column] = /\(line (\d+):(\d+)\)/.exec(message) ?? []
  if (line === undefined) return ''
  const lines = new TextDecoder().decode(body.subarray(0, MOST_READ)).split('\n')
  const before = [...lines.slice(0, Number(line) - 1), lines[Number(line) - 1]?.slice(0, Number(column) - 1)].join('\n')
  return [...before.matchAll(/"(\w+)"\s*:/g)].at(-1)?.[1] ?? ''
}

/** How much of a body is read, in bytes. */
const MOST_READ = 10_000

/** Returns the names in a decoded message. */
export function namedIn(message: unknown): Named {
  const { queueName, clientId, ids, items, partition } = Object(message) as Record<string, unknown>
  return {
    queueName: textOf(queueName),
    clientId: textOf(clientId),
    ids: idsOf(ids, items),
    partition: typeof partition === 'number' ? partition : 0,
  }
}

/** Returns the names in a body that could not be decoded: it has the wrong encoding or an error. */
export function namedInBody(type: MessageType, body: Uint8Array): Named {
  if (body.byteLength === 0) return NOTHING
  const text = new TextDecoder().decode(body.subarray(0, MOST_READ))
  if (/^\s*\{/.test(text))
    return {
      queueName: jsonText(text, 'queue_?name'),
      clientId: jsonText(text, 'client_?id'),
      ...{ ids: [], partition: 0 },
    }
  try {
    return namedIn(decodeResponse(type, body, 'protobuf'))
  } catch {
    return NOTHING
  }
}

function jsonText(text: string, name: string): string {
  const literal = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")`, 'i').exec(text)?.[1]
  if (literal === undefined) return ''
  try {
    return JSON.parse(literal) as string
  } catch {
    return ''
  }
}

function idsOf(ids: unknown, items: unknown): string[] {
  if (Array.isArray(ids)) return ids.map(textOf)
  if (!Array.isArray(items)) return []
  return items.map((item) => textOf((Object(item) as { id?: unknown }).id)).filter((id) => id !== '')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
