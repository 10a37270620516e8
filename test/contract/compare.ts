/** Compares a reply with the recorded one: status, media type, headers, and the body to its last byte. */
import { fromBinary, toBinary, toJson } from '@bufbuild/protobuf'
import { expect } from 'vitest'
import { type Encoding, MEDIA_TYPE } from '../../src/protocol/content-type.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { METHODS, type Method, methodAt } from '../../src/protocol/methods.js'
import type { RawReply } from '../support/doors.js'
import { schemaOf } from '../support/library.js'
import { bodyIn, type RecordedReply, type Step } from './recording.js'
import type { Tokens } from './tokens.js'

/** The step that sent the request, and the encoding of requests that are not recorded byte for byte. */
export interface Asked {
  readonly step: Step
  readonly encoding: Encoding
}

/** @throws if the reply differs from the recording. `tokens` then hold what was bound before the difference. */
export type Compare = (recorded: RecordedReply, actual: RawReply, asked: Asked, tokens: Tokens) => void

/** Compares one reply. */
export const compareReply: Compare = (recorded, actual, asked, tokens) => {
  const media = mediaOf(recorded, asked)
  // Sort first, because which token stands for which value depends on its place.
  const body = bodyOf(recorded, actual, media, asked.step)
  const known = tokens.expected(recordedBody(recorded, asked.step), body)
  const headers = Object.keys(recorded.headers ?? {})
  expect({
    status: actual.status,
    contentType: mediaType(actual.headers['content-type']),
    headers: headers.map((name) => [name, actual.headers[name] ?? null]),
    body,
  }).toEqual({
    status: recorded.status,
    contentType: media,
    headers: headers.map((name) => [name, recorded.headers?.[name] ?? null]),
    body: known,
  })
  // Fields come in order of their numbers, and no field appears twice.
  expect(JSON.stringify(body)).toBe(JSON.stringify(known))
}

/** The media type that a reply must have: the recorded one, or else the requested one. */
function mediaOf({ contentType, headers }: RecordedReply, { step, encoding }: Asked): string {
  const recorded = contentType ?? headers?.['content-type']
  if (recorded != null) return mediaType(recorded)
  return MEDIA_TYPE[step.raw === undefined ? encoding : 'json']
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0] as string
}

function recordedBody(recorded: RecordedReply, step: Step): unknown {
  const { status, bodyHex } = recorded
  if (bodyHex !== undefined) return plainHex(Buffer.from(bodyHex, 'hex'), status)
  const body = bodyIn(recorded)
  return body === undefined ? undefined : sorted(withPlainText(body), step)
}

/** The body in the form of the recording. If none was recorded, there is nothing to compare. */
function bodyOf(recorded: RecordedReply, actual: RawReply, media: string, step: Step): unknown {
  if (recorded.bodyHex !== undefined) return plainHex(actual.body, actual.status)
  if (recorded.body === undefined) return undefined
  try {
    const body = media === MEDIA_TYPE.protobuf ? fromProtobuf(actual, step) : fromJson(actual.body, media)
    return sorted(withPlainText(body), step)
  } catch (error) {
    return { unreadable: actual.body.toString('latin1'), error: String(error) }
  }
}

/** @throws if the bytes differ from what the library writes for the message in them */
function fromProtobuf({ status, body }: RawReply, step: Step): unknown {
  const name = methodAt(`/v1/${step.call}`)
  const schema = schemaOf(status !== 200 || name === undefined ? Reply : (METHODS[name] as Method).response)
  const message = fromBinary(schema, body)
  // Drop the fields that the schema does not have, which JSON would lose too.
  const again = Buffer.from(toBinary(schema, message, { writeUnknownFields: false }))
  if (!again.equals(body)) throw new Error(`the library writes ${again.toString('hex')} for ${body.toString('hex')}`)
  return toJson(schema, message)
}

/** @throws if the text holds more than the value, such as a repeated field or blanks */
function fromJson(bytes: Buffer, media: string): unknown {
  const text = bytes.toString('utf8')
  const value: unknown = JSON.parse(text)
  const end = media === MEDIA_TYPE.json ? '' : '\n'
  if (JSON.stringify(value) + end !== text) throw new Error('the text holds more than its value')
  return value
}

/**
 * Error texts of the decoder contain a space or a no-break space, depending on the Go build (docs/protocol/admin.md
 * §1.2).
 */
function plainText(text: string): string {
  return text.replace(/^proto:\u00a0/, 'proto: ')
}

function withPlainText(body: unknown): unknown {
  const { message } = body as { message?: unknown }
  return typeof message === 'string' ? { ...(body as object), message: plainText(message) } : body
}

function plainHex(bytes: Buffer, status: number): string {
  if (status !== 455) return bytes.toString('hex')
  try {
    const schema = schemaOf(Reply)
    const reply = fromBinary(schema, bytes)
    const { message } = reply as unknown as { message: string }
    return Buffer.from(toBinary(schema, { ...reply, message: plainText(message) } as typeof reply)).toString('hex')
  } catch {
    return bytes.toString('hex')
  }
}

function sorted(body: unknown, step: Step): unknown {
  if (step.sortBy === undefined) return body
  const copy = { ...(body as Record<string, unknown>) }
  for (const [list, key] of Object.entries(step.sortBy)) {
    copy[list] = [...((copy[list] ?? []) as Record<string, string>[])].sort((a, b) =>
      String(a[key]) < String(b[key]) ? -1 : 1,
    )
  }
  return copy
}
