/** The matchers of queues in each runner: they are there without a line of set-up, and a failure is printed whole. */
import { expect, test } from 'vitest'
import { projectOf, run } from './project.js'
import { runnerKinds } from './runner-files.js'

/** How each of them claims something of a queue. */
const CLAIM = { jest: 'expect(queue)', vitest: 'expect(queue)', 'node:test': 'assertQueue(queue)' }

test.each(['jest', 'vitest', 'node:test'] as const)('%s', (runner) => {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const claim = CLAIM[runner]
  const bodies = {
    holds: `
      await ${claim}.toBeDrained()
      await queue.produce({ reference: 'a', json: { id: 1 } })
      await ${claim}.toHaveItems([{ reference: 'a', json: { id: 1 } }])
      await ${claim}.not.toHaveDepth(2)
      await (await queue.lease()).complete()
      await ${claim}.toHaveCompleted(['a'])`,
    fails: `
      await queue.produce({ reference: 'a' })
      await queue.lease({ clientId: 'worker' })
      await ${claim}.toBeDrained()`,
  }
  const text = file(bodies).replace('createQueue, daemon,', (names) =>
    runner === 'node:test' ? `assertQueue, ${names}` : names,
  )
  const folder = projectOf({ ...config, [`a.${ending}`]: text })
  const outcome = run(folder, program, ...args)
  expect(outcome.status).toBe(1)
  const printed = outcome.text
  expect(printed).toMatch(/(1 passed|# pass 1)/)
  expect(printed).toMatch(/expected 'fails-\d+' to be drained/)
  expect(printed).toMatch(/ reference {2}state {3}attempts {2}payload/)
  expect(printed).toMatch(/timeline of a:/)
  expect(printed).toMatch(/\+\S+ +leased by worker for 1m0s, attempt 1 \(a\.test\.m?js:\d+:\d+\)/)
  // The line of the claim, not one of ours.
  expect(printed).toMatch(/a\.test\.m?js:\d+:\d+/)
})
