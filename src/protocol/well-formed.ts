/** Texts that no encoding carries: half of a surrogate pair would become U+FFFD in silence, and two names one. */

/** Node has it; the compiler's library does not know yet. */
interface Text {
  isWellFormed(): boolean
}

/** Whether a text can be written in UTF-8 as it is. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as Text).isWellFormed()
}

/** Where half of a surrogate pair stands alone; -1 where there is none. */
export function halfPairAt(text: string): number {
  return isWellFormed(text) ? -1 : text.search(/\p{Surrogate}/u)
}
