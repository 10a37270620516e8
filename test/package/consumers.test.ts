/** Draining, tracking and workers are the same in every runner, and a worker never outlives its test. */
import { describe, expect, test } from 'vitest'
import { bin, projectOf, run } from './project.js'
import { type Bodies, jestConfig, type Runner, runnerKinds } from './runner-files.js'

const RUNNERS: readonly Runner[] = ['jest', 'vitest', 'node:test', 'playwright', 'mocha', 'bun', 'deno']

function outcomeOf(runner: Runner, bodies: Bodies, options?: object) {
  const { file, ending, command, config } = runnerKinds()[runner]
  const [program, ...args] = command
  const { status, text } = run(projectOf({ ...config, [`a.${ending}`]: file(bodies, options) }), program, ...args)
  // node:test prefixes the lines that a test prints.
  return { status, text: text.replaceAll(/^# /gm, '') }
}

/** A worker that owns its loop. It is started in the body that has it. */
const WORKER = `
  const { name } = queue
  const consume = async (signal, work) => {
    const mine = daemon.queue(name)
    while (!signal.aborted) {
      const { items } = await mine.lease({ clientId: 'w', requestTimeout: '30s', signal }).catch((error) => {
        if (error.code === 454) return { items: [] }
        throw error
      })
      for (const item of items) if (await work(item)) await item.complete()
    }
  }`

describe.each(RUNNERS)('%s', (runner) => {
  test('drain, work, track and advanceUntil', () => {
    const { status, text } = outcomeOf(
      runner,
      {
        drains: `
          await queue.produce({ reference: 'a' }, { reference: 'b' })
          const { completed, failed } = await queue.drain(({ reference, attempts }) => {
            if (reference === 'a' && attempts === 1) throw new Error('smtp is down')
          }, { onError: 'collect' })
          expect(completed.map(({ reference }) => reference)).toEqual(['b', 'a'])
          expect(failed.map(({ error }) => [error instanceof Error, error.message])).toEqual([[true, 'smtp is down']])`,
        works: `
          const worker = queue.work(() => undefined)
          await queue.produce({ reference: 'a' })
          await queue.drained()
          expect((await worker.stop()).completed.length).toEqual(1)`,
        tracks: `${WORKER}
          const began = clock.now()
          await queue.produce({ reference: 'later', enqueueAt: new Date(began + 3_600_000) })
          const seen = await daemon.track(({ signal }) => consume(signal, () => true), { until: '2h' })
          expect(seen.completed.map(({ reference, time }) => [reference, time instanceof Date])).toEqual([['later', true]])
          expect([seen.moved, clock.now() - began]).toEqual([7_200_000, 7_200_000])`,
        advances: `${WORKER}
          daemon.runWorker((signal) => consume(signal, () => false))
          await queue.produce({ reference: 'a' })
          const fired = await clock.advanceUntil({ event: 'lease-expired', reference: 'a', times: 2 })
          expect(fired.filter(({ kind }) => kind === 'lease-expired').length).toEqual(2)
          await queue.quiet()
          leaks('off')`,
      },
      { clock: 'frozen' },
    )
    expect(text).not.toContain('left open')
    expect(status, text).toBe(0)
  })

  test('a worker that fails makes its test fail, with what happened in its queues, and leaves the next one alone', () => {
    const { status, text } = outcomeOf(runner, {
      'has a worker': `
        await queue.produce({ reference: 'order-1' })
        daemon.runWorker(async function mailer() {
          await (await daemon.queue(queue.name).lease({ clientId: 'w' })).complete()
          throw new Error('no connection')
        })
        await queue.waitFor({ event: 'completed' })`,
      'has none': `
        await queue.produce({})
        await (await queue.lease()).complete()`,
    })
    expect(status).toBe(1)
    expect(text).toMatch(/mailer failed: no connection/)
    expect(text).toMatch(/order-1: produced \+0s, leased by w/)
    expect(text).toMatch(/(1 failed|fail 1|1 failing|1 fail)/)
  })

  test('a worker that ignores its signal does not hang the run', () => {
    const { status, text } = outcomeOf(runner, {
      'has a deaf worker': `
        daemon.runWorker(() => new Promise(() => {}), { name: 'deaf', stop: 50 })`,
    })
    expect(status).toBe(1)
    expect(text).toContain('deaf did not end within 50ms of being stopped')
  })
})

test('Jest: the same without our environment', () => {
  const { file, ending } = runnerKinds().jest
  const body = `
    await queue.produce({ reference: 'a', enqueueAt: new Date(clock.now() + 60_000) })
    const { completed } = await queue.drain(() => undefined, { until: '2m' })
    expect(completed.length).toEqual(1)`
  const config = jestConfig({ preset: undefined, setupFilesAfterEnv: ['querator-test/jest'] })
  const { status, text } = run(projectOf({ ...config, [`a.${ending}`]: file({ drains: body }) }), bin('jest'))
  expect(status, text).toBe(0)
})

test.each([
  [
    'a handler that hangs',
    `await queue.drain(() => new Promise(() => {}), { within: 50 })`,
    /the handler has not returned for a/,
  ],
  ['a handler that fails', `queue.work(() => { throw new Error('smtp is down') })`, /smtp is down/],
])('a plain script ends with an error: %s', (_, code, message) => {
  const script = `
    import { startTestDaemon } from 'querator-test'
    const daemon = await startTestDaemon()
    const queue = await daemon.createQueue()
    await queue.produce({ reference: 'a' })
    ${code}`
  const { status, text } = run(projectOf({ 'script.mjs': script }), 'node', 'script.mjs')
  expect(status).toBe(1)
  expect(text).toMatch(message)
})
