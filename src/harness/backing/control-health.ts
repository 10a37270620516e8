/** How a server says that it has a control plane. */
import type { WireReply, WireRequest } from '../../protocol/exchange.js'

/** The request that asks. */
export const ASK_FOR_CONTROL: WireRequest = {
  method: 'GET',
  target: '/test/health',
  headers: {},
  body: new Uint8Array(),
}

/** Whether this is the reply of a control plane that this package can use. */
export function saysControl({ status, body }: WireReply): boolean {
  try {
    return status === 200 && (JSON.parse(Buffer.from(body).toString('utf8')) as { control?: unknown }).control === 1
  } catch {
    return false
  }
}
