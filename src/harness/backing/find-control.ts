/** Finds out whether a server elsewhere has a control plane. */
import { ControlClient } from './control-client.js'
import { sendWithin } from './left-overs.js'

/** What `querator-test/global-setup` sets to the URL of a server with a control plane (runners/global/server-of-run.ts). */
const WITH_CONTROL = 'QUERATOR_TEST_CONTROL'
/** How long a server may take to say so, in milliseconds. One that does not answer has none, and the next call says what is wrong. */
const LONGEST_REPLY = 1000

/** Returns the client of the control plane, if it is known that the server has one. */
export function knownControl(endpoint: string): ControlClient | undefined {
  return process.env[WITH_CONTROL] === endpoint ? new ControlClient(endpoint) : undefined
}

/** Asks the server. Resolves with whether it has a control plane that this package can use. Never rejects, unless the URL is wrong. */
export async function hasControl(endpoint: string): Promise<boolean> {
  const send = sendWithin(LONGEST_REPLY, endpoint)
  try {
    const { status, body } = await send({ method: 'GET', target: '/test/health', headers: {}, body: new Uint8Array() })
    return status === 200 && (JSON.parse(Buffer.from(body).toString('utf8')) as { control?: unknown }).control === 1
  } catch {
    return false
  }
}
