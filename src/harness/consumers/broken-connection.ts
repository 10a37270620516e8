/** Whose connection an error of code under test is about. */
import type { Presence } from '../../daemon/lives/presence.js'
import { isQueratorError, messageOf } from '../../errors.js'

/** The most causes that are looked at. */
const MOST_CAUSES = 3
/** What codes of errors of sockets look like. */
const OF_SOCKET = /^(ECONN|EPIPE|UND_ERR_SOCKET)/
/** What waiting calls get when a daemon stops. */
const STOPPED = /\b(queue|service) is shutting down\b/
/** This machine. */
const LOOPBACK = /^(::ffff:)?127\.|^::1$/

/** What an error of a socket says. */
interface SocketFields {
  readonly code?: unknown
  readonly errno?: unknown
  readonly address?: unknown
  readonly port?: unknown
  /** Where undici was connected to. */
  readonly socket?: { readonly remoteAddress?: unknown; readonly remotePort?: unknown } | undefined
  /** One error for each address of a name. */
  readonly errors?: unknown
}

/**
 * Whether an error is that of a call whose connection this daemon broke or refused: of a client of this package, of `fetch`, or of a socket.
 * An error that code under test made itself is not, whatever its cause.
 */
export function isOfDaemon(error: unknown, presence: Presence): boolean {
  return isBrokenBy(error, presence) || (messageOf(error) === 'fetch failed' && isBrokenBy(causeOf(error), presence))
}

/** Whether the end of the daemon may be the reason for an error: as {@link isOfDaemon}, or a cause of it is, or nobody knows whose socket broke. */
export function mayBeOfDaemon(error: unknown, presence: Presence): boolean {
  return [error, ...causesOf(error)].some((one) => {
    return isBrokenBy(one, presence) || isOfUnknownSocket(one) || STOPPED.test(messageOf(one))
  })
}

/** Returns the causes of an error, the nearest first. */
export function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  for (let next = causeOf(error); next !== undefined && causes.length < MOST_CAUSES; next = causeOf(next)) {
    causes.push(next)
  }
  return causes
}

function causeOf(error: unknown): unknown {
  return (Object(error) as { cause?: unknown }).cause ?? undefined
}

function isBrokenBy(error: unknown, presence: Presence): boolean {
  if (presence.hasBroken(error)) return true
  const port = portOf(presence)
  if (isQueratorError(error)) {
    if (error.codeText !== 'No Answer') return false
    return presence.hasBroken(error.cause) || (port !== undefined && error.message.includes(`:${port}`))
  }
  const { code, address, port: refused, socket, errors } = Object(error) as SocketFields
  if (port === undefined || !OF_SOCKET.test(String(code))) return false
  if (refused === port) return isHost(address, presence)
  if (socket?.remotePort === port) return isHost(socket.remoteAddress, presence)
  return Array.isArray(errors) && errors.some((one) => isBrokenBy(one, presence))
}

/** Whether a socket of this process broke that does not say where it led. Errors that code makes have no number, and no socket. */
function isOfUnknownSocket(error: unknown): boolean {
  const { code, errno, address, socket } = Object(error) as SocketFields
  if (!OF_SOCKET.test(String(code)) || address !== undefined || socket?.remotePort !== undefined) return false
  return typeof errno === 'number' || messageOf(error) === 'socket hang up' || code === 'UND_ERR_SOCKET'
}

function portOf({ address }: Presence): number | undefined {
  return address === undefined ? undefined : Number(address.slice(address.lastIndexOf(':') + 1))
}

/** Whether an address is that of the daemon, or one of this machine. */
function isHost(address: unknown, presence: Presence): boolean {
  return typeof address === 'string' && (LOOPBACK.test(address) || presence.address?.includes(address) === true)
}
