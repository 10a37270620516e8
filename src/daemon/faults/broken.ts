/** What a client in this process gets when its connection breaks. */
import { QueratorError } from '../../errors.js'
import type { Presence } from '../lives/presence.js'

/**
 * Returns the error of a request without a reply: the same as that of a client whose socket broke, or found no port. It says if the daemon is
 * down, or went down since the life that took the request.
 */
export function brokenError(how: 'reset' | 'refused', presence: Presence, life: number): QueratorError {
  const cause = presence.breaking(socketError(how))
  const why = how === 'refused' ? 'nothing listens there' : cause.message
  const ended = life === presence.life ? undefined : presence.lastEnd
  const next = presence.error?.message ?? ended ?? 'is the daemon running?'
  return new QueratorError(0, `no answer from the daemon in this process: ${why}; ${next}`, {
    codeText: 'No Answer',
    cause,
  })
}

/** Returns the error of a socket, as Node makes it. */
export function socketError(how: 'reset' | 'refused'): Error {
  const [code, syscall, text] =
    how === 'reset' ? ['ECONNRESET', 'read', 'read ECONNRESET'] : ['ECONNREFUSED', 'connect', 'connect ECONNREFUSED']
  return Object.assign(new Error(text), { code, syscall })
}
