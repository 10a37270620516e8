/** The bytes of a connection that have come and are not read yet, as one piece, however small the packets are. */

const NOTHING = Buffer.alloc(0)

/** Joins packets, and gives them off from the front. Bytes that were read stay as they are, because whoever read them may keep them. */
export class Inbox {
  /** What there is. */
  bytes: Buffer = NOTHING
  /** Where `bytes` has to lie so that more can be written behind it; what is behind its end is free. */
  #room = NOTHING
  #end = 0

  get length(): number {
    return this.bytes.length
  }

  /** Adds what has come. */
  push(chunk: Buffer): void {
    if (this.bytes.length === 0) this.bytes = chunk
    else this.#append(chunk)
  }

  /** Takes this many bytes off. */
  take(count: number): void {
    if (count === this.bytes.length) this.clear()
    else this.bytes = this.bytes.subarray(count)
  }

  /** Drops everything. */
  clear(): void {
    this.bytes = NOTHING
    this.#room = NOTHING
  }

  #append(chunk: Buffer): void {
    const length = this.bytes.length + chunk.length
    if (this.#room.length - this.#end < chunk.length) {
      // Double the room, so that a head which drips in is not copied for each byte. The first time, this may be all there is.
      const room = Buffer.allocUnsafeSlow(this.#room === NOTHING ? length : 2 * length)
      room.set(this.bytes)
      this.#room = room
      this.#end = this.bytes.length
    }
    this.#room.set(chunk, this.#end)
    this.#end += chunk.length
    this.bytes = this.#room.subarray(this.#end - length, this.#end)
  }
}
