/** The queue matchers in each runner: they work without setup, and their failures are printed completely. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { QueueAssertions } from '../../src/index.js'
import { projectOf, run } from './project.js'
import { runnerKinds } from './runner-files.js'

/** How each runner makes an assertion about a queue. */
const CLAIM = {
  jest: 'expect(queue)',
  vitest: 'expect(queue)',
  'node:test': 'assertQueue(queue)',
  playwright: 'expect(queue)',
}

test.each([
  'jest',
  'vitest',
  'node:test',
  'playwright',
] as const)('%s: a failure is printed with its table and points at the assertion', (runner) => {
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
  expect(printed).toMatch(/\+\S+ +leased by worker for 1m0s, attempt 1 \(a\.test\.m?js:\d+\)/)
  // The line of the assertion, not one inside the package.
  expect(printed).toMatch(/a\.test\.m?js:\d+:\d+/)
})

/** Each matcher with arguments that hold for the queue below, that do not, and that it refuses. */
const EACH: Record<keyof QueueAssertions, { holds: string; fails: string; wrong?: string }> = {
  toHaveItems: { holds: "['a', { reference: 'b', text: 'B' }]", fails: "['b', 'a']", wrong: '7' },
  toHaveDepth: { holds: '2', fails: '1', wrong: "'2'" },
  toHaveLeased: { holds: "['a'], { by: 'worker' }", fails: "1, { by: 'other' }", wrong: '-1' },
  toHaveScheduled: { holds: "[{ reference: 'later', in: '1m' }]", fails: "[{ in: '59s' }]", wrong: 'null' },
  toHaveProduced: { holds: "['dead', 'done', 'a', { text: 'B' }, { in: '1m' }]", fails: '4', wrong: 'null' },
  toHaveCompleted: { holds: "['done']", fails: "['a']", wrong: '0.5' },
  toHaveDeadLettered: { holds: "['dead']", fails: '0', wrong: "[{ colour: 'red' }]" },
  toHaveAttempts: { holds: '1', fails: '2', wrong: '-1' },
  toBeDrained: { holds: '', fails: '' },
}

/** The body of a test that makes all of these assertions, in the style of a runner. */
function bodyOf(claim: (queue: string) => string): string {
  const claims = Object.entries(EACH).map(([matcher, { holds, fails, wrong }]) => {
    const [full, empty] = matcher === 'toBeDrained' ? ['other', 'queue'] : ['queue', 'queue']
    const attempts = matcher === 'toHaveAttempts' ? 'leased' : undefined
    const good = claim(attempts ?? full)
    const bad = claim(attempts ?? empty)
    const refused =
      wrong === undefined
        ? ''
        : `await says(/^${matcher}( takes a |: items have no field)/, ${good}.${matcher}(${wrong}))`
    return `
      await ${good}.${matcher}(${holds})
      await ${bad}.not.${matcher}(${fails})
      await says(/^expected '[^']+' (?!not)/, ${bad}.${matcher}(${fails}))
      await says(/^expected '[^']+' not to/, ${good}.not.${matcher}(${holds}))
      await says(/^${matcher} is about a queue/, ${claim('({})')}.${matcher}(${holds}))
      ${refused}`
  })
  return `
    const says = async (words, claimed) => {
      const said = await claimed.then(() => 'it holds', (error) => error.message)
      if (!words.test(said)) throw new Error(words + ' is not what was said: ' + said)
    }
    leaks('off')
    clock.freeze()
    const other = await createQueue()
    const leased = await createQueue()
    await leased.produce({ reference: 'once' })
    await leased.lease()
    const queue = await createQueue({ name: 'orders', deadQueue: true, maxAttempts: 1 })
    await queue.produce({ reference: 'dead' })
    await queue.lease()
    await clock.advance('1m')
    await queue.produce({ reference: 'done' })
    await (await queue.lease()).complete()
    await queue.produce({ reference: 'a' }, { reference: 'b', text: 'B' })
    await queue.produce({ reference: 'later', enqueueAt: new Date(clock.now() + 60_000) })
    await queue.lease({ clientId: 'worker' })
    ${claims.join('')}
    const seen = await daemon.recording(async () => {
      await queue.produce({ reference: 'new', json: { id: 1 } })
      await (await queue.lease()).complete()
      return 'done'
    })
    if (seen.value !== 'done') throw new Error(seen.value)
    await ${claim('seen')}.toHaveProduced('orders', [{ reference: 'new', json: { id: 1 } }])
    await ${claim('seen')}.toHaveCompleted(queue, ['b'])
    await ${claim('seen')}.not.toHaveDeadLettered(queue, 1)
    await says(/^expected 'orders', during the recording, to have produced/, ${claim('seen')}.toHaveProduced('orders', []))
    await says(/^toBeDrained is about a queue/, ${claim('seen')}.toBeDrained())`
}

test.each([
  'jest',
  'vitest',
  'node:test',
  'playwright',
] as const)('%s: each matcher passes, fails, works with not, and refuses wrong arguments', (runner) => {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const body = bodyOf((queue) => CLAIM[runner].replace('queue', queue))
  const written = file({ each: body }).replace('createQueue, daemon,', (names) =>
    runner === 'node:test' ? `assertQueue, ${names}` : names,
  )
  // The queue fixture is not used here.
  const text = written.replace(', queue })', ' })').replace(', queue, test }', ', test }')
  const { status, text: printed } = run(projectOf({ ...config, [`a.${ending}`]: text }), program, ...args)
  expect(printed).not.toContain('is not what was said')
  expect(status).toBe(0)
})

test.each([
  'jest',
  'vitest',
] as const)('%s: snapshots of queues, items and leases are the same in every run', (runner) => {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const body = `
    clock.freeze()
    const orders = await createQueue({ name: 'orders' })
    await orders.produce({ reference: 'a', json: { id: 1 } }, { reference: 'b' })
    const lease = await orders.lease({ clientId: 'worker' })
    expect({ queue: await orders.snapshot(), lease, items: await orders.items() }).toMatchSnapshot()
    await lease.complete()`
  const name = `a.${ending}`
  const folder = projectOf({ ...config, [name]: file({ 'is the same': body }) })
  const first = run(folder, program, ...args)
  expect([first.status, first.text]).toEqual([0, expect.stringMatching(/1 (snapshot )?written/)])
  const written = readFileSync(join(folder, '__snapshots__', `${name}.snap`), 'utf8')
  expect(written).toContain('lease of worker\n  item a, attempt 1 {"id":1}')
  expect(written).toContain('#1 a leased by worker until +1m')
  expect(written).not.toMatch(/\b[0-9A-Za-z]{27}\b/)
  const again = run(folder, program, ...args)
  expect(again.text).toMatch(/Tests:? +1 passed/)
  expect(again.text).not.toMatch(/written|updated|obsolete/)
  expect(again.status).toBe(0)
})
