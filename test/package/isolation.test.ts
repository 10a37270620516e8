/** The contract of isolation in every runner, as seen from a server outside the run and from the tests themselves. */
import { describe, expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { bin, type Outcome, projectOf, run, startWith } from './project.js'
import { jestConfig, runnerKinds } from './runner-files.js'

const NAMES = ['jest', 'vitest', 'node:test', 'playwright', 'mocha', 'bun'] as const

/** Limits a test to 300 ms. For node:test, each test sets its own timeout. */
const SHORT = {
  jest: ['--testTimeout=300'],
  vitest: ['--testTimeout=300'],
  'node:test': [],
  playwright: ['--timeout=300'],
  mocha: ['--timeout=300'],
  bun: ['--timeout=300'],
}

/** Checks at the start of a test that only its own queue exists on the server. */
const ALONE = `
  const names = (await client.queuesList({})).items.map((info) => info.queueName)
  expect(names).toEqual([queue.name])`

describe.each(NAMES)('%s: a queue is gone after its test', (name) => {
  const bodies = {
    'a fails': `${ALONE}\nawait createQueue({ deadQueue: true })\nawait queue.produce({ text: 'x' })\nthrow new Error('on purpose')`,
    'b leaves a lease waiting': `${ALONE}\nqueue.lease({ requestTimeout: '10m' }).catch(() => undefined)`,
    'c times out': `${ALONE}\nawait queue.lease({ requestTimeout: '10m' })`,
    'd leaves items': `${ALONE}\nawait queue.produce({}, {})\nawait queue.lease()`,
    'e is the last': ALONE,
  }

  function check({ status, text }: Outcome) {
    expect(status).toBe(1)
    expect(text).toMatch(/on purpose/)
    // Exactly two fail.
    expect(text).toMatch(
      {
        jest: /Tests: +2 failed, 3 passed/,
        vitest: /Tests +2 failed \| 3 passed/,
        'node:test': /# pass 3\n/,
        playwright: / 2 failed\n[\s\S]* 3 passed/,
        mocha: /3 passing [\s\S]*2 failing/,
        bun: / 3 pass\n 2 fail/,
      }[name],
    )
  }

  test('on the daemon of its file', () => {
    const { file, ending, config, command } = runnerKinds()[name]
    const [program, ...args] = command
    check(run(projectOf({ ...config, [`a.${ending}`]: file(bodies) }), program, ...args, ...SHORT[name]))
  })

  test('on a server elsewhere', async () => {
    await using server = await startTestDaemon({ endpoint: '' })
    const { file, ending, config, command } = runnerKinds()[name]
    const [program, ...args] = command
    const folder = projectOf({ ...config, [`a.${ending}`]: file(bodies) })
    const env = { QUERATOR_ENDPOINT: await server.listen() }
    check(await startWith(env, folder, program, ...args, ...SHORT[name]).ended)
    expect((await server.client.queuesList({})).items).toEqual([])
  })
})

test('a killed run leaves queues behind, and the next run removes them', async () => {
  await using server = await startTestDaemon({ endpoint: '' })
  const env = { QUERATOR_ENDPOINT: await server.listen() }
  const namesThere = async () => (await server.client.queuesList({})).items.map((info) => info.queueName)
  await server.createQueue({ name: 'of-somebody-else' })
  const { file, config, command } = runnerKinds().vitest
  const folder = projectOf({
    ...config,
    'a.test.js': file({
      'is killed': `await createQueue({ deadQueue: true })\nprocess.kill(process.ppid, 'SIGKILL')\nprocess.kill(process.pid, 'SIGKILL')`,
    }),
  })
  await startWith(env, folder, command[0], 'run').ended
  expect((await namesThere()).length).toBe(4)
  const next = projectOf({ ...config, 'a.test.js': file({ 'runs again': 'await queue.produce({})' }) })
  const { status } = await startWith(env, next, command[0], 'run').ended
  expect([status, await namesThere()]).toEqual([0, ['of-somebody-else']])
})

test('Jest: a test that goes on after its timeout does not get the queue of the next test', () => {
  const folder = projectOf({
    ...jestConfig(),
    'a.test.js': `
      const { createQueue, queue, test } = require('querator-test/jest')
      let goOn, late
      const gate = new Promise((resolve) => { goOn = resolve })
      test('slow', async () => {
        expect(queue.name).toMatch(/^slow-/)
        late = lateCalls()
        await late
      }, 100)
      async function lateCalls() {
        await gate
        const created = await createQueue().catch((error) => error.message)
        try { await queue.produce({}) } catch (error) { return [created, error.message] }
      }
      test('next', async () => {
        goOn()
        await queue.produce({})
        const over = "the test 'slow' is over, and its queues are gone; await everything that it starts before it ends"
        expect(await late).toEqual([over, over])
        expect((await queue.counts()).total).toBe(1)
      })`,
  })
  const { status, text } = run(folder, bin('jest'))
  expect([status, text]).toEqual([1, expect.stringMatching(/✕ slow[\s\S]*✓ next/)])
})

test('Jest: every form of test.concurrent has its own queues, even if it fails or times out', () => {
  const folder = projectOf({
    ...jestConfig(),
    'a.test.js': `
      const { client, createQueue, queue } = require('querator-test/jest')
      const names = new Set()
      const mine = (letter) => async () => {
        expect(names.has(queue.name)).toBe(false)
        names.add(queue.name)
        await queue.produce({ text: letter })
        expect((await queue.items()).map((item) => item.text())).toEqual([letter])
      }
      test.concurrent('plain', mine('a'))
      it.concurrent('it', mine('b'))
      test.concurrent.each([['c'], ['d']])('each %s', (letter) => mine(letter)())
      test.concurrent.each\`
        letter | other
        \${'e'} | \${1}
        \${'f'} | \${2}
      \`('table $letter', ({ letter }) => mine(letter)())
      test.concurrent.failing('failing', async () => { await mine('g')(); throw new Error('as expected') })
      test.concurrent.skip('skipped', mine('h'))
      test.concurrent('waits for ever', async () => { await queue.lease({ requestTimeout: '10m' }) }, 200)
      test('in turn, after them', async () => {
        const there = (await client.queuesList({})).items.map((info) => info.queueName)
        expect(there.filter((name) => names.has(name))).toEqual([])
        expect(names.size).toBe(7)
      })`,
  })
  const { status, text } = run(folder, bin('jest'))
  expect([status, text]).toEqual([1, expect.stringMatching(/Tests: +1 failed, 1 skipped, 8 passed/)])
})

test('node:test: if it is unclear which test is calling, the error says what to write', () => {
  const source = (own: string) => `
    import { describe, test } from 'node:test'
    import { fixtures, queue } from 'querator-test/node-test'
    describe('together', { concurrency: true }, () => {
      for (const letter of ['a', 'b']) test(letter, async (t) => {
        const mine = ${own}
        await mine.produce({})
        await new Promise((resolve) => setImmediate(resolve))
        if ((await mine.counts()).total !== 1) throw new Error('shared')
      })
    })`
  const told = run(projectOf({ 'a.test.mjs': source('queue') }), 'node', '--test')
  expect([told.status, told.text]).toEqual([
    1,
    expect.stringContaining(
      "cannot tell which of several concurrent tests is calling: 'together > a', 'together > b'; take it from the test itself: const { queue, createQueue } = fixtures(t)",
    ),
  ])
  const fixed = run(projectOf({ 'a.test.mjs': source('fixtures(t).queue') }), 'node', '--test')
  expect([fixed.status, fixed.text]).toEqual([0, expect.stringContaining('# fail 0')])
})
