/** The symbols of the methods that `await using` and `using` call. */

/** `Symbol.asyncDispose`, or its replacement in realms without it (Jest 29 on Node 20). */
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('nodejs.asyncDispose') as typeof Symbol.asyncDispose)

/** `Symbol.dispose`, or its replacement in realms without it. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('nodejs.dispose') as typeof Symbol.dispose)
