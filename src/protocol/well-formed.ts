/** Finds text that cannot be encoded. Half of a surrogate pair would silently become U+FFFD, and two names could become equal. */

/** A method of strings in Node that the compiler's library lacks. */
interface Text {
  isWellFormed(): boolean
}

/** Returns whether a text can be encoded in UTF-8. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as Text).isWellFormed()
}

/** Returns the index of the first half of a surrogate pair without its other half, or -1. */
export function halfPairAt(text: string): number {
  return isWellFormed(text) ? -1 : text.search(/\p{Surrogate}/u)
}
