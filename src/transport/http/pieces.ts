/** The pieces of a body that are kept. Small ones are copied together: by itself a piece costs far more than its bytes. */
import { joined } from '../request-body.js'

/** A piece of this size is kept as it is, in bytes. */
const LARGE = 4_096
/** Room for small pieces, the first and the largest, in bytes. */
const FIRST_ROOM = 4_096
const LARGEST_ROOM = 65_536
const NOTHING = Buffer.alloc(0)

/** Keeps pieces in order, and joins them. */
export class Pieces {
  length = 0
  readonly #kept: Uint8Array[] = []
  #room = NOTHING
  /** Which part of the room small pieces fill that are not among those kept yet. */
  #start = 0
  #end = 0

  /** Adds the next one. */
  push(piece: Uint8Array): void {
    this.length += piece.byteLength
    // The first one is mostly the only one. A view of something large would keep all of it.
    if ((this.length === piece.byteLength && piece.buffer.byteLength <= LARGEST_ROOM) || piece.byteLength >= LARGE) {
      this.#closeRoom()
      this.#kept.push(piece)
      return
    }
    if (this.#room.length - this.#end < piece.byteLength) {
      this.#closeRoom()
      this.#room = Buffer.allocUnsafeSlow(Math.min(Math.max(FIRST_ROOM, 2 * this.#room.length), LARGEST_ROOM))
      this.#start = 0
      this.#end = 0
    }
    this.#room.set(piece, this.#end)
    this.#end += piece.byteLength
  }

  /** All of them as one. */
  joined(): Uint8Array {
    this.#closeRoom()
    return joined(this.#kept, this.length)
  }

  /** Forgets them. */
  clear(): void {
    this.length = 0
    this.#kept.length = 0
    this.#room = NOTHING
    this.#start = 0
    this.#end = 0
  }

  #closeRoom(): void {
    if (this.#end > this.#start) this.#kept.push(this.#room.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
