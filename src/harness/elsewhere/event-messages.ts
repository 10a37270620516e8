/** Reads server-sent events. */
import type { IncomingMessage } from 'node:http'
import { noAnswer } from '../../client/http-send.js'
import { noteOpenRequest } from '../../client/open-requests.js'
import type { QueratorError } from '../../errors.js'
import { type ControlClient, controlError } from '../backing/control-client.js'
import { LONGEST_REPLY } from '../backing/reply-limit.js'

/** A message of a stream. */
export interface EventMessage {
  /** Empty for a usual one. */
  readonly event: string
  readonly data: string
}

/**
 * Opens a stream, and reads it until the server says that it ends. When the reader leaves its loop, the connection is closed.
 * @throws QueratorError if the server refuses, or the connection breaks: there may be more that nobody saw
 */
export async function* messagesOf(control: ControlClient, path: string): AsyncGenerator<EventMessage, void, void> {
  const { endpoint, limit } = control
  const base = new URL(endpoint)
  const { request } = process.getBuiltinModule(base.protocol === 'https:' ? 'node:https' : 'node:http')
  const sent = request(new URL(base.pathname.replace(/\/$/, '') + path, base), { agent: false })
  noteOpenRequest(sent)
  try {
    const opened = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve)
      sent.once('error', (error) => reject(noAnswer(endpoint, error)))
      sent.end()
    })
    // What it sends at first comes at once.
    const response = await limit.inTime(LONGEST_REPLY, opened)
    // The reader of the response gets the same error.
    sent.on('error', () => undefined)
    response.setEncoding('utf8')
    if (response.statusCode !== 200) throw await refusal(response, endpoint)
    for await (const message of readFrom(response, endpoint)) {
      if (message.event === 'end') return
      yield message
    }
    throw broken(endpoint)
  } finally {
    sent.destroy()
  }
}

async function* readFrom(response: IncomingMessage, endpoint: string): AsyncGenerator<EventMessage, void, void> {
  let rest = ''
  for await (const chunk of chunksOf(response, endpoint)) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (!part.startsWith(':')) yield messageOf(part)
  }
}

/** @throws QueratorError if the connection breaks */
async function* chunksOf(response: IncomingMessage, endpoint: string): AsyncGenerator<string, void, void> {
  try {
    for await (const chunk of response) yield chunk as string
  } catch (error) {
    throw broken(endpoint, error)
  }
}

function broken(endpoint: string, cause?: unknown): QueratorError {
  return noAnswer(`${endpoint}: the stream of events broke off`, cause)
}

/** Returns the error that the server sent. */
async function refusal(response: IncomingMessage, endpoint: string): Promise<QueratorError> {
  let text = ''
  for await (const chunk of chunksOf(response, endpoint)) text += chunk
  return controlError(response.statusCode ?? 0, Buffer.from(text))
}

function messageOf(text: string): EventMessage {
  const line = (name: string) =>
    text
      .split('\n')
      .find((one) => one.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? ''
  return { event: line('event'), data: line('data') }
}
