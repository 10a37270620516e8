/** Tests from their beginning to their end, and the tests that they are parts of. */

/** A test, or a part of one. */
export interface Span<S extends Span<S>> {
  /** The test that it is a part of, if any. */
  readonly outer: S | undefined
}

/** Whether `outer` is `inner` or contains it. */
export function isAround<S extends Span<S>>(outer: S, inner: S | undefined): boolean {
  for (let one = inner; one !== undefined; one = one.outer) if (one === outer) return true
  return false
}

/** Returns those that contain no other of them: the tests that may ask for something. */
export function innermost<S extends Span<S>>(running: Iterable<S>): S[] {
  const all = [...running]
  return all.filter((one) => !all.some((other) => other !== one && isAround(one, other)))
}
