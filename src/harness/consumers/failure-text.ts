/** What to say about an error of code under test: its causes, and that the daemon went down. */
import { thrownFrom } from '../../client/call-site.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Presence } from '../../daemon/lives/presence.js'
import { explainQueue } from '../../diagnosis/explain.js'
import { lossIn, messageOf, usageError } from '../../errors.js'
import { causesOf, mayBeOfDaemon } from './broken-connection.js'

/** A message that says already that the daemon went down. */
const TELLS = /the daemon (has )?(crashed|was stopped|was down|is down|is starting again)/

/** Says what is known of an error. */
export type Explain = (error: unknown) => string

/** Returns a function that says of an error what its message is, and that the daemon has gone down since now, if that may be the reason. */
export function explainSince(presence: Presence | undefined): Explain {
  const life = presence?.life
  return (error) => {
    const text = `${messageOf(error)}${lossIn(error) || causesIn(error)}`
    if (presence === undefined || TELLS.test(text) || !mayBeOfDaemon(error, presence)) return text
    const why = presence.absence ?? (life === presence.life ? undefined : presence.lastEnd)
    return why === undefined ? text : `${text}; ${why}`
  }
}

/** `: connect ECONNREFUSED 127.0.0.1:2319`: the causes of an error that its message does not tell. Empty if there are none. */
function causesIn(error: unknown): string {
  let said = messageOf(error)
  for (const cause of causesOf(error)) {
    const text = textOf(cause)
    if (text !== '' && !said.includes(text)) said += `: ${text}`
  }
  return said.slice(messageOf(error).length)
}

/** An error of several addresses has a code, and no message. */
function textOf(cause: unknown): string {
  const { message, code } = Object(cause) as { message?: unknown; code?: unknown }
  if (message === '' && typeof code === 'string') return code
  return messageOf(cause)
}

/** Returns the failure of a worker with what the queue tells about it: a refused call, with advice, comes before everything else. */
export function withQueueState(failure: Error, daemon: Daemon, queueName: string, first: number): Error {
  const state = daemon.inspector.queueId(queueName) === undefined ? [] : [explainQueue(daemon, queueName, first)]
  // Without the cause, which has the same message and stack: the report would come after both.
  return thrownFrom(usageError([failure.message, ...state].join('\n')), failure)
}
