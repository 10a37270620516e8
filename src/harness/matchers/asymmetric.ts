/** Asymmetric matchers of any runner, such as `expect.any(Number)`. */

/** A matcher that stands for a value. */
export interface Asymmetric {
  asymmetricMatch(other: unknown): boolean
  toAsymmetricMatcher?(): string
}

/** Whether a value is an asymmetric matcher. */
export function isAsymmetric(value: unknown): value is Asymmetric {
  return typeof (Object(value) as Partial<Asymmetric>).asymmetricMatch === 'function'
}
