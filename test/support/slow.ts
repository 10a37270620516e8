/** Tests that go up to a limit of megabytes: `npm run mutants`, which repeats all others thousands of times, does without. */
import { test } from 'vitest'

export const slow = test.skipIf(process.env.QUERATOR_QUICK !== undefined)
