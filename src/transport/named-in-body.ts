/** Whom a request that could not be read was probably about, for whoever wants to know why it was refused. */
import { TextDecoder } from 'node:util'
import { decodeResponse } from '../protocol/codec.js'
import type { MessageType } from '../protocol/messages/message.js'

/** What a request names. */
export interface Named {
  readonly queueName: string
  readonly clientId: string
  /** The items of a complete or a retry, and the partition in which it looks for them. */
  readonly ids: readonly string[]
  readonly partition: number
}

const NOTHING: Named = { queueName: '', clientId: '', ids: [], partition: 0 }

/** Where a body in JSON is at fault: the last name before the place that the error tells of; empty where none is known. */
export function faultyField(body: Uint8Array, message: string): string {
  const [, line, column] = /\(line (\d+):(\d+)\)/.exec(message) ?? []
  if (line === undefined) return ''
  const lines = new TextDecoder().decode(body.subarray(0, MOST_READ)).split('\n')
  const before = [...lines.slice(0, Number(line) - 1), lines[Number(line) - 1]?.slice(0, Number(column) - 1)].join('\n')
  return [...before.matchAll(/"(\w+)"\s*:/g)].at(-1)?.[1] ?? ''
}

/** So much of a body is looked at, in bytes. */
const MOST_READ = 10_000

/** What a message names that was read. */
export function namedIn(message: unknown): Named {
  const { queueName, clientId, ids, items, partition } = Object(message) as Record<string, unknown>
  return {
    queueName: textOf(queueName),
    clientId: textOf(clientId),
    ids: idsOf(ids, items),
    partition: typeof partition === 'number' ? partition : 0,
  }
}

/** What a body names that is no message of this type: the wrong encoding, or an error somewhere in it. */
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
