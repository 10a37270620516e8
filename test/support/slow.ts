/** A test that sends megabytes. `npm run mutants` skips it, because it repeats all other tests thousands of times. */
import { test } from 'vitest'

export const slow = test.skipIf(process.env.QUERATOR_QUICK !== undefined)
