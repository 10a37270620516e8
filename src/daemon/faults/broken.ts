/** What a client in this process gets when its connection breaks. */
import { QueratorError } from '../../errors.js'
import { downError, type Presence } from '../lives/presence.js'

/** Returns the error of a request without a reply: the same as that of a client whose socket broke, or found no port. */
export function brokenError(how: 'reset' | 'refused', { down }: Pick<Presence, 'down'>): QueratorError {
  const cause = socketError(how)
  const why = how === 'refused' ? 'nothing listens there' : cause.message
  const next = down === undefined ? 'is the daemon running?' : downError(down).message
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
