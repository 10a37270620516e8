/** The checker notices a faulty daemon. Without this, the histories would prove nothing. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIES, type Lie, lying } from './lies.js'
import { checkHistory, play } from './play.js'
import { scripts } from './script.js'

/** A fixed sample of scripts. */
const SCRIPTS = fc.sample(scripts(12), { numRuns: 40, seed: 20 })

/** Plays scripts until a lie is noticed. Returns how many histories with lies that took. */
async function foundAfter(lie: () => Lie): Promise<number> {
  let withLies = 0
  for (const script of SCRIPTS) {
    let lies = 0
    const one = lie()
    const history = await play(script, (client) => ({
      ...client,
      calls: lying(client.calls, one, () => {
        lies++
      }),
    }))
    if (lies === 0) continue
    withLies++
    if (checkHistory(history).result === 'impossible') return withLies
  }
  throw new Error(`not noticed in ${withLies} histories with lies`)
}

test.each(Object.entries(LIES))('notices a daemon that %s', async (_, lie) => {
  expect(await foundAfter(lie)).toBeLessThanOrEqual(10)
})
