/** In each runner, what a test leaves open in its queues is reported when it ends, with the line that took it. */
import { describe, expect, inject, test } from 'vitest'
import { copyExample } from '../../scripts/packed.mjs'
import { bin, projectOf, run } from './project.js'
import { type Bodies, jestConfig, runnerKinds } from './runner-files.js'

const RUNNERS = ['jest', 'vitest', 'node:test', 'playwright', 'mocha', 'bun', 'deno'] as const
type Runner = (typeof RUNNERS)[number]

/** Their fixtures are parameters of tests, and their hooks are methods of `test`. */
const OWN_HOOKS: readonly Runner[] = ['vitest', 'playwright']

const LEASE = `
  await queue.produce({ reference: 'order-1' })
  const lease = await queue.lease({ clientId: 'worker' })`

/** The outcome of a project with these tests. */
function outcomeOf(
  runner: Runner,
  bodies: Bodies,
  { options, config = {}, change = (text) => text }: Partial<ProjectChange> = {},
) {
  const { file, ending, command, ...kind } = runnerKinds()[runner]
  const [program, ...args] = command
  const files = { ...kind.config, ...config, [`a.${ending}`]: change(file(bodies, options)) }
  const { status, text } = run(projectOf(files), program, ...args)
  // node:test prefixes the lines that a test prints.
  return { status, text: text.replaceAll(/^# /gm, '') }
}

interface ProjectChange {
  /** For the fixtures of the file. */
  readonly options: object
  /** Further files. */
  readonly config: Record<string, string>
  readonly change: (text: string) => string
}

describe.each(RUNNERS)('%s', (runner) => {
  test('warns about leased items, waiting leases and calls without await, and passes', () => {
    const { status, text } = outcomeOf(runner, {
      'takes an item': LEASE,
      'leaves a lease waiting': `
        queue.lease({ clientId: 'waiter' }).catch(() => undefined)`,
      'forgets an await': `
        queue.produce({ reference: 'late' })`,
      'leases without await': `
        await queue.produce({ reference: 'order-2' })
        queue.lease({ clientId: 'hasty' })`,
      'leaves nothing': `${LEASE}
        await lease.complete()
        await createQueue()`,
    })
    expect(status).toBe(0)
    expect(text.match(/finished, but left open:/g)).toHaveLength(4)
    expect(text).toMatch(
      /'takes an item' finished, but left open:\n\s+order-1 of '\S+', leased by worker \(a\.test\S+:\d+\)/,
    )
    expect(text).toMatch(/'leaves a lease waiting' finished.*\n\s+a lease of waiter that waits in '\S+' \(a\.test\S+\)/)
    expect(text).toMatch(/'forgets an await' finished.*\n\s+queueProduce of '\S+', which nobody awaited \(a\.test\S+\)/)
    expect(text).toMatch(
      /'leases without await' .*\n\s+order-2 of '\S+', leased by hasty, by a call that nobody awaited/,
    )
  })

  test("with leaks: 'error', fails the test at the line that took the lease", () => {
    const bodies = {
      'takes an item': LEASE,
      'is allowed to': `
        leaks('off')${LEASE}`,
      'gives it back': `${LEASE}
        await lease.retry()`,
    }
    const { status, text } = outcomeOf(runner, bodies, { options: { leaks: 'error' } })
    expect(status).toBe(1)
    expect(text).toMatch(/(1 failed|fail 1|1 failing|1 fail)/)
    // Mocha has counted the test as passed before its last hook.
    expect(text).toMatch(/(2 passed|pass 2|3 passing|2 pass)/)
    expect(text).toContain("'takes an item' finished, but left open:")
    expect(text).toMatch(/order-1 of '\S+', leased by worker \(a\.test\S+:\d+\)/)
    if (runner === 'jest' || runner === 'vitest') expect(text).toMatch(/ \d+ ?\|.*await queue\.lease.*\n +\|/)
  })

  test('reports nothing for a test that fails or whose hooks clean up', () => {
    // Deno's hooks have no queue.
    if (runner === 'deno') return
    const bodies = {
      'a hook gives it back': `${LEASE}
        left.push(lease)`,
      fails: `${LEASE}
        throw new Error('on purpose')`,
    }
    const hook = `
      const left = []
      ${OWN_HOOKS.includes(runner) ? 'test.afterEach' : 'afterEach'}(async () => { for (const lease of left.splice(0)) await lease.complete() })`
    const imported = runner === 'node:test' ? "import { afterEach } from 'node:test'\n" : ''
    const { status, text } = outcomeOf(runner, bodies, { change: (text) => imported + text + hook })
    expect(status).toBe(1)
    expect(text).toMatch(/(1 passed|pass 1|1 passing|1 pass)/)
    expect(text).not.toContain('left open')
  })
})

test.each(['jest', 'vitest'] as const)('%s: blames the right one of several concurrent tests', (runner) => {
  const concurrent = 'test.concurrent('
  const wait = (until: string) => `
      await new Promise((resolve) => { const look = () => (${until} ? resolve() : setImmediate(look)); look() })`
  const bodies = {
    innocent: `${LEASE}
      order.push('innocent leases')${wait("order.includes('guilty is over')")}
      await lease.complete()`,
    guilty: `${wait("order.includes('innocent leases')")}${LEASE}
      setTimeout(() => order.push('guilty is over'), 20)`,
  }
  const change = (text: string) =>
    text.replaceAll(/^\s*test\(/gm, concurrent).replace(concurrent, `const order = []\n${concurrent}`)
  const { status, text } = outcomeOf(runner, bodies, { change })
  expect(status).toBe(0)
  expect(text.match(/finished, but left open/g)).toHaveLength(1)
  expect(text).toMatch(/'guilty' finished, but left open:\n\s+order-1 of 'guilty-1', leased by worker/)
})

test.each([
  ['jest', jestConfig({ globals: { queratorOptions: { leaks: 'error' } } })],
  ['vitest', { 'vitest.config.js': "export default { test: { provide: { queratorOptions: { leaks: 'error' } } } }" }],
  ['playwright', { 'playwright.config.js': "export default { use: { queratorOptions: { leaks: 'error' } } }" }],
] as const)('%s: can be set for all files in the configuration of the runner', (runner, config) => {
  const { status, text } = outcomeOf(runner, { 'takes an item': LEASE }, { config })
  expect(status).toBe(1)
  expect(text).toContain("'takes an item' finished, but left open:")
})

/** Other ways in which a test can end, for each runner. */
const OTHER_ENDS = {
  jest: `
    test.failing('is to fail', async () => {${LEASE}
      throw new Error('on purpose')
    })
    jest.retryTimes(1)
    let attempts = 0
    test('passes in the end', async () => {${LEASE}
      if (attempts++ === 0) throw new Error('the first time')
      await lease.complete()
    })`,
  vitest: `
    test.fails('is to fail', async ({ queue }) => {${LEASE}
      throw new Error('on purpose')
    })
    let attempts = 0
    describe('again', { retry: 1 }, () => {
      test('passes in the end', async ({ queue }) => {${LEASE}
        if (attempts++ === 0) throw new Error('the first time')
        await lease.complete()
      })
    })
    test('is left', async ({ queue, skip }) => {${LEASE}
      skip()
    })`,
}

test.each([
  'jest',
  'vitest',
] as const)('%s: reports nothing for tests that are expected to fail, are skipped, or pass on retry', (runner) => {
  const imported = runner === 'vitest' ? "import { describe } from 'vitest'\n" : ''
  const change = (text: string) => imported + text + OTHER_ENDS[runner]
  const { status, text } = outcomeOf(runner, {}, { options: { leaks: 'error' }, change })
  expect(status).toBe(0)
  expect(text).toMatch(/Tests:? +(2 passed|1 passed \| 1 expected fail)/)
  expect(text).not.toContain('left open')
  expect(text).not.toContain('what happened')
})

test.each(RUNNERS)('%s: refuses an unknown mode, and leaks() outside a test', (runner) => {
  const bodies = { 'asks for another': "leaks('loud')" }
  const { text } = outcomeOf(runner, bodies)
  expect(text).toContain('leaks is one of warn, error, off; got loud')
  if (OWN_HOOKS.includes(runner)) return
  const change = (written: string) => written.replace(/^ *test\(/m, "leaks('off')\ntest(")
  const outside = outcomeOf(runner, bodies, { change })
  expect(outside.text).toContain(
    "leaks belongs to the running test; use it inside test(…), or configureDaemon({ leaks: 'off' }) elsewhere",
  )
})

test('the examples of crashes warn about nothing', () => {
  const { status, text } = run(copyExample(inject('packed'), 'crash'), bin('vitest'), 'run')
  expect(text).not.toMatch(/left open|WARN/)
  expect(status).toBe(0)
})
