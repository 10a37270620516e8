/** Finds out whether a server elsewhere has a control plane. */
import type { WireReply } from '../../protocol/exchange.js'
import { ControlClient } from './control-client.js'
import { sendWithin } from './left-overs.js'
import { isSameServer } from './same-server.js'

/** What `querator-test/global-setup` sets to the URL of a server with a control plane (runners/global/server-of-run.ts). */
const WITH_CONTROL = 'QUERATOR_TEST_CONTROL'
/** How long a server may take to say so before a test daemon is there without knowing, in milliseconds. */
const LONGEST_REPLY = 1000

/** Returns the client of the control plane, if it is known that the server has one. */
export function knownControl(endpoint: string): ControlClient | undefined {
  return isSameServer(process.env[WITH_CONTROL], endpoint) ? new ControlClient(endpoint) : undefined
}

/** Asks the server. One that does not answer now may have a control plane, which shows when it is first used. */
export async function foundControl(endpoint: string): Promise<ControlClient | undefined> {
  const known = knownControl(endpoint)
  if (known !== undefined) return known
  const has = await hasControl(endpoint)
  return has === false ? undefined : new ControlClient(endpoint, has ?? false)
}

/**
 * Asks the server. Resolves with whether it has a control plane that this package can use, or with `undefined` if it does not answer within
 * `longest` milliseconds. Never rejects, unless the URL is wrong.
 */
export async function hasControl(endpoint: string, longest = LONGEST_REPLY): Promise<boolean | undefined> {
  const send = sendWithin(longest, endpoint)
  const request = { method: 'GET', target: '/test/health', headers: {}, body: new Uint8Array() }
  const reply = await send(request).catch(() => undefined)
  return reply && saysSo(reply)
}

function saysSo({ status, body }: WireReply): boolean {
  try {
    return status === 200 && (JSON.parse(Buffer.from(body).toString('utf8')) as { control?: unknown }).control === 1
  } catch {
    return false
  }
}
