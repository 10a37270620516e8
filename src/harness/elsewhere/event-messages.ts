/** Reads server-sent events. */
import type { IncomingMessage } from 'node:http'
import { noAnswer } from '../../client/http-send.js'
import { noteOpenRequest } from '../../client/open-requests.js'
import type { ControlClient } from '../backing/control-client.js'
import { LONGEST_REPLY } from '../backing/reply-limit.js'

/** A message of a stream. */
export interface EventMessage {
  /** Empty for a usual one. */
  readonly event: string
  readonly data: string
}

/** Opens a stream, and reads it until the server ends it. When the reader leaves its loop, the connection is closed. */
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
    // The server ends the connection when it is closed.
    sent.on('error', () => undefined)
    let rest = ''
    response.setEncoding('utf8')
    for await (const chunk of response) {
      const parts = (rest + chunk).split('\n\n')
      rest = parts.pop() ?? ''
      for (const part of parts) if (!part.startsWith(':')) yield messageOf(part)
    }
  } finally {
    sent.destroy()
  }
}

function messageOf(text: string): EventMessage {
  const line = (name: string) =>
    text
      .split('\n')
      .find((one) => one.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? ''
  return { event: line('event'), data: line('data') }
}
