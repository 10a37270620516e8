/** What counts the bytes on their way through connections, so that they stay within what the process may use. */
export interface Meter {
  /** Whether this many bytes of requests may be kept besides what is there. */
  hasRoom(bytes: number): boolean
  /** Why not; `size` is that of the body in bytes, -1 where nobody knows. */
  noRoom(size: number): Error
  /** Counts bytes of a request in, and out again. */
  add(bytes: number): void
  remove(bytes: number): void
  /** Counts an answer in, and out again. */
  leaves(bytes: number): void
  hasLeft(bytes: number): void
}
