/** Counts the bytes in transit on connections, to keep them within the memory limit. */
export interface Meter {
  /** Returns whether there is room for this many more bytes of requests. */
  hasRoom(bytes: number): boolean
  /** Returns the error if there is no room. `size` is that of the body in bytes, or -1 if unknown. */
  noRoom(size: number): Error
  /** Adds or removes bytes of a request. */
  add(bytes: number): void
  remove(bytes: number): void
  /** Adds or removes bytes of a reply. */
  leaves(bytes: number): void
  hasLeft(bytes: number): void
}
