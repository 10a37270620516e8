/** Formats the heads of replies. */
import { STATUS_CODES } from 'node:http'
import { realNow } from '../../clock/real-time.js'
import type { WireReply } from '../../protocol/exchange.js'

/** How to send a reply. */
export interface ReplyForm {
  /** Whether the client uses HTTP/1.0. */
  readonly isOld: boolean
  readonly keepsAlive: boolean
  /** Whether to leave out the body, in the reply to HEAD. */
  readonly withoutBody: boolean
}

/** Formats heads. Heads within the same second share their date text. */
export class ReplyHeads {
  #second = 0
  #date = ''

  /** Returns the head of a reply, including the empty line. */
  of({ status, headers, body, stream }: WireReply, { isOld, keepsAlive }: ReplyForm): string {
    let head = `HTTP/1.${isOld ? 0 : 1} ${status} ${STATUS_CODES[status] ?? `status code ${status}`}\r\n`
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`
    head += `date: ${this.#dateText()}\r\n`
    // A body that goes on ends with the connection.
    if (stream === undefined) head += `content-length: ${body.byteLength}\r\n`
    if (isOld && keepsAlive) head += 'connection: keep-alive\r\n'
    else if (!keepsAlive && !isOld) head += 'connection: close\r\n'
    return `${head}\r\n`
  }

  #dateText(): string {
    const second = Math.floor(realNow() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#date = new Date(second * 1000).toUTCString()
    }
    return this.#date
  }
}
