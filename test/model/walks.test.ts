/**
 * Random walks: the same commands to a daemon and to the model, compared after each. No item is lost, none is leased
 * twice at a time, order is kept, counts are exact, and lives end when they should. A failing walk is shrunk, and told
 * step by step.
 */
import fc from 'fast-check'
import { test } from 'vitest'
import { walk } from './walk.js'
import { anyBeginning, anything } from './walk-commands.js'

/** More with QUERATOR_WALKS=20000. */
const WALKS = Number(process.env.QUERATOR_WALKS ?? 500)

test(`${WALKS} random walks do what the model does`, { timeout: 3_600_000 }, async () => {
  const commands = fc.array(anything, { minLength: 1, maxLength: 40, size: 'max' })
  await fc.assert(fc.asyncProperty(anyBeginning, commands, walk), { numRuns: WALKS })
})
