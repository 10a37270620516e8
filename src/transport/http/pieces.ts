/** Stores the pieces of a body. Small ones are copied together, because a separate piece costs far more than its bytes. */
import { joined } from '../request-body.js'

/** A piece of at least this size is stored as it is, in bytes. */
const LARGE = 4_096
/** The first and the largest buffer for small pieces, in bytes. */
const FIRST_ROOM = 4_096
const LARGEST_ROOM = 65_536
const NOTHING = Buffer.alloc(0)

/** Stores pieces in order and joins them. */
export class Pieces {
  length = 0
  readonly #kept: Uint8Array[] = []
  #room = NOTHING
  /** The part of the buffer with small pieces that are not in `#kept` yet. */
  #start = 0
  #end = 0

  /** Adds the next piece. */
  push(piece: Uint8Array): void {
    this.length += piece.byteLength
    // The first piece is usually the only one. A view of a large buffer would keep the whole buffer in memory.
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

  /** Returns all pieces as one. */
  joined(): Uint8Array {
    this.#closeRoom()
    return joined(this.#kept, this.length)
  }

  /** Removes all pieces. */
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
