/** The reply of a proxy whose server does not answer. It is not Querator's. */
import { TextEncoder } from 'node:util'
import type { WireReply } from './exchange.js'

/** Thrown in place of an error of Querator. */
export class ProxyReply extends Error {
  readonly reply: WireReply = {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: new TextEncoder().encode('Service Unavailable\n'),
  }
}
