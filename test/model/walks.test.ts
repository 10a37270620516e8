/**
 * Random walks: the same commands run on a daemon and on the model, and both are compared after each. No item is lost
 * or leased twice at once, order is kept, counts are exact, and leases and items end in time. A failing walk is shrunk
 * and printed step by step.
 */
import fc from 'fast-check'
import { test } from 'vitest'
import { walk } from './walk.js'
import { anyBeginning, anything } from './walk-commands.js'

/** Set QUERATOR_WALKS=20000 for more. */
const WALKS = Number(process.env.QUERATOR_WALKS ?? 500)

test(`${WALKS} random walks match the model`, { timeout: 3_600_000 }, async () => {
  const commands = fc.array(anything, { minLength: 1, maxLength: 40, size: 'max' })
  await fc.assert(fc.asyncProperty(anyBeginning, commands, walk), { numRuns: WALKS })
})
