/** Replies as bytes on a connection. */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { realNow } from '../../clock/real-time.js'
import { byteTextOf } from '../../protocol/byte-text.js'
import type { WireReply } from '../../protocol/exchange.js'

/** A reply up to this size is copied once more rather than written apart from its head, in bytes. */
const SMALL_REPLY = 4_096

/** How a reply goes out. */
export interface ReplyForm {
  /** To an HTTP/1.0 client. */
  readonly isOld: boolean
  readonly keepsAlive: boolean
  /** To HEAD: the same without the body. */
  readonly withoutBody: boolean
}

/** See the head of this file. */
export class ReplyWriter {
  #second = 0
  #date = ''

  /** Writes a reply; `written` is called when it has left, or cannot leave. */
  write(socket: Duplex, reply: WireReply, form: ReplyForm, written: () => void): void {
    const { body } = reply
    const head = this.#head(reply, form)
    if (form.withoutBody) socket.write(head, 'latin1', written)
    // A text leaves in one piece with the head.
    else if (body.byteLength <= SMALL_REPLY) socket.write(head + byteTextOf(body), 'latin1', written)
    else {
      socket.cork()
      socket.write(head, 'latin1')
      socket.write(body, written)
      socket.uncork()
    }
  }

  #head(reply: WireReply, { isOld, keepsAlive }: ReplyForm): string {
    const { status, headers, body } = reply
    let head = `HTTP/1.${isOld ? 0 : 1} ${status} ${STATUS_CODES[status] ?? `status code ${status}`}\r\n`
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`
    head += `date: ${this.#dateText()}\r\ncontent-length: ${body.byteLength}\r\n`
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
