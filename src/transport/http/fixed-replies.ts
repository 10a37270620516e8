/** Replies that a connection makes without the handler, and how its last one is sent. */
import type { WireReply } from '../../protocol/exchange.js'
import type { ReplyForm } from './reply-heads.js'
import type { ServedRequest } from './served-request.js'

const NOTHING = Buffer.alloc(0)

/** Tells the client to send the body. */
export const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** The reply to an expectation that nobody can meet. */
export const EXPECTATION_FAILED: WireReply = { status: 417, headers: {}, body: NOTHING }

/** The reply to a request about the server as a whole. */
export const OF_SERVER: WireReply = { status: 200, headers: {}, body: NOTHING }

/** Returns the form of a reply with which its connection ends. */
export function lastForm({ head }: ServedRequest): ReplyForm {
  return { isOld: head.isOld, keepsAlive: false, withoutBody: false }
}
