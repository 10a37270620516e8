/** What comes on stdin. */
import { messageOf, usageError } from '../errors.js'

/** Resolves with all of it. @throws QueratorError if it cannot be read */
export async function stdin(): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  } catch (error) {
    throw usageError(`failed to read from stdin: ${messageOf(error)}`, error)
  }
  return Buffer.concat(chunks)
}
