/** The key of what `await using` calls. */

/** `Symbol.asyncDispose`, also where the runner's realm does not have it (Jest 29 on Node 20). */
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('nodejs.asyncDispose') as typeof Symbol.asyncDispose)
