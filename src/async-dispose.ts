/** The symbol of the method that `await using` calls. */

/** `Symbol.asyncDispose`, or its replacement in realms without it (Jest 29 on Node 20). */
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('nodejs.asyncDispose') as typeof Symbol.asyncDispose)
