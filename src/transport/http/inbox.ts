/** Buffers the bytes of a connection that were not read yet. */

const NOTHING = Buffer.alloc(0)

/** Joins packets into one buffer, and removes bytes from its front. Bytes that were read are never overwritten: readers may keep them. */
export class Inbox {
  /** The bytes that were not read yet. */
  bytes: Buffer = NOTHING
  /** The buffer that `bytes` must be in so that more can be appended. The rest after `#end` is free. */
  #room = NOTHING
  #end = 0

  get length(): number {
    return this.bytes.length
  }

  /** Appends a packet. */
  push(chunk: Buffer): void {
    if (this.bytes.length === 0) this.bytes = chunk
    else this.#append(chunk)
  }

  /** Removes this many bytes from the front. */
  take(count: number): void {
    if (count === this.bytes.length) this.clear()
    else this.bytes = this.bytes.subarray(count)
  }

  /** Removes all bytes. */
  clear(): void {
    this.bytes = NOTHING
    this.#room = NOTHING
  }

  #append(chunk: Buffer): void {
    const length = this.bytes.length + chunk.length
    if (this.#room.length - this.#end < chunk.length) {
      // Doubles the buffer, so that a slowly arriving head is not copied for each byte. The first time, this may be all there is.
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
