/** Finds out whether a server elsewhere has a control plane. */
import { ControlClient } from './control-client.js'
import { ASK_FOR_CONTROL, saysControl } from './control-health.js'
import { sendWithin } from './left-overs.js'
import { FIRST_REPLY } from './reply-limit.js'
import { isSameServer } from './same-server.js'

/** What `querator-test/global-setup` sets to the URL of a server with a control plane (runners/global/server-of-run.ts). */
const WITH_CONTROL = 'QUERATOR_TEST_CONTROL'

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
export async function hasControl(endpoint: string, longest = FIRST_REPLY): Promise<boolean | undefined> {
  const send = sendWithin(longest, endpoint)
  const reply = await send(ASK_FOR_CONTROL).catch(() => undefined)
  return reply && saysControl(reply)
}
