/** Reads a body up to its limit. A larger one is rejected and not kept (docs/protocol/admin.md §1.4). */
import { badRequest, isQueratorError, messageOf, QueratorError } from '../errors.js'
import type { BodyReader, WireRequest } from '../protocol/exchange.js'

/** Returns the bytes of a body, without a promise if they are there. @throws 400 if they exceed `limit`, 512 if they cannot be read */
export function readBody(body: WireRequest['body'], limit: number): Uint8Array | Promise<Uint8Array> {
  if (!ArrayBuffer.isView(body)) return readIncoming(body, limit)
  if (body.byteLength > limit) throw tooLong(limit)
  return body
}

async function readIncoming(body: AsyncIterable<Uint8Array> | BodyReader, limit: number): Promise<Uint8Array> {
  const bytes = await collected(body, limit).catch((error: unknown) => {
    throw isQueratorError(error) ? error : new QueratorError(512, messageOf(error), { cause: error })
  })
  if (bytes === undefined) throw tooLong(limit)
  return bytes
}

async function collected(body: AsyncIterable<Uint8Array> | BodyReader, limit: number): Promise<Uint8Array | undefined> {
  if (typeof body === 'function') return body(limit)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > limit) return undefined
    chunks.push(chunk)
  }
  return joined(chunks, length)
}

/** Returns the chunks of a body as one. */
export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, length)
}

function tooLong(limit: number): QueratorError {
  return badRequest(`request body exceeds ${sizeText(limit)} limit`)
}

/** Formats a size as the server does: in units of 1024 if it is a multiple of 1024, else of 1000. */
export function sizeText(bytes: number): string {
  const binary = bytes % 1024 === 0
  const step = binary ? 1024 : 1000
  if (bytes < step) return `${bytes}B`
  const units = binary ? ['KiB', 'MiB', 'GiB'] : ['kB', 'MB', 'GB']
  let size = bytes / step
  let unit = 0
  while (size >= step && unit < units.length - 1) {
    size /= step
    unit++
  }
  return `${size.toFixed(1)}${units[unit]}`
}
