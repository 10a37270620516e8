/** Values in error messages. */
import { inspect } from 'node:util'

/** Returns a value as text, in one line that is not too long. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 100, breakLength: Number.POSITIVE_INFINITY })
}
