/** The types of every entry, as TypeScript 5.9 and 7 see them, without `skipLibCheck`. */
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { filled } from '../support/filled-daemon.js'
import { type Outcome, projectOf, start } from './project.js'

const COMPILERS = ['typescript', 'typescript-7']

/** The module resolution for each file extension. */
const RESOLUTIONS = [
  ['mts', 'nodenext', 'nodenext'],
  ['cts', 'nodenext', 'nodenext'],
  ['ts', 'esnext', 'bundler'],
] as const

const CORE = `
  import { type Fired, QueratorClient, QueratorError, type Recording, type RunningQuerator, startQuerator, startTestDaemon } from 'querator-test'
  async function main() {
    await using daemon = await startTestDaemon({ clock: 'frozen' })
    const queue = await daemon.createQueue({ maxAttempts: 3, deadQueue: true })
    await queue.produce({ reference: 'a', json: { id: 1 } })
    const id: number = (await queue.lease()).items[0]!.json<{ id: number }>().id
    const fired: Fired[] = await daemon.clock.advance('1m')
    const { items } = await new QueratorClient({ endpoint: 'http://x' }).queueLease({ queueName: 'q', batchSize: 1 })
    const bytes: Uint8Array | undefined = items[0]?.bytes
    const undo: () => void = daemon.intercept('http://queues.internal')
    await using querator: RunningQuerator = await startQuerator({ binary: 'querator' })
    const seen: Recording<number> = await daemon.recording(async () => 7, { queues: [queue, 'orders'] })
    const numbers: number[] = [seen.value, ...seen.in(queue).produced.map((item) => item.json<{ id: number }>().id)]
    // @ts-expect-error there is no such option
    await daemon.recording(() => numbers, { queue })
    // @ts-expect-error there is no such option
    await daemon.createQueue({ maxAttemps: 3 })
    // @ts-expect-error there is no such field
    await daemon.client.queueLease({ queue: 'q' })
    return [id, fired, bytes, QueratorError, undo, querator.endpoint]
  }
  void main`

const VITEST = `
  import { expect, test, testWith } from 'querator-test/vitest'
  test('typed', async ({ queue, createQueue, client, clock, daemon, leaks, task }) => {
    const name: string = queue.name
    const other = await createQueue({ deadQueue: true })
    expect([name, other.deadQueue.name, client, clock.now(), daemon.fetch, task.name]).toBeTruthy()
    await expect(queue).toHaveItems(['a', { json: expect.any(Object) }])
    await expect(queue).not.toBeDrained()
    leaks('off')
    // @ts-expect-error there is no such mode
    leaks('loud')
    const seen = await daemon.recording(() => queue.produce({}))
    await expect(seen).toHaveProduced('orders', [{ reference: 'a', in: '1h', delta: 10 }])
    await expect(seen).not.toHaveCompleted(queue, ['a'])
    await expect(queue).toHaveProduced(['a', { at: new Date(0) }])
    await expect(queue).toHaveScheduled([{ in: '1h' }])
    // @ts-expect-error completed items are not due
    await expect(queue).toHaveCompleted([{ in: '1h' }])
    // @ts-expect-error a queue, and what is expected of it
    await expect(seen).toHaveProduced('orders')
    const drained: Promise<void> = expect(queue).toHaveLeased(1, { by: 'worker' })
    // @ts-expect-error there is no such field
    await expect(queue).toHaveItems([{ refrence: 'a' }])
    // @ts-expect-error there is no such fixture method
    queue.publish(drained)
  })
  test.embedded('only here', async ({ clock }) => { await clock.advance('1m') })
  const frozen = testWith({ clock: 'frozen', leaks: 'error' }).extend<{ more: number }>({ more: async ({ queue }, use) => use(queue.name.length) })
  frozen.concurrent('extended', async ({ more, clock }) => { expect(more + clock.now()).toBeGreaterThan(0) })
  // @ts-expect-error there is no such clock
  testWith({ clock: 'slow' })`

const PLAYWRIGHT = `
  import { defineConfig } from '@playwright/test'
  import { expect, type QueratorWorkerFixtures, test } from 'querator-test/playwright'
  test.use({ queratorOptions: { clock: 'frozen', leaks: 'error' } })
  test('typed', async ({ page, queue, createQueue, client, clock, daemon, leaks, queratorUrl }, testInfo) => {
    const names: string[] = [queue.name, (await createQueue({ deadQueue: true })).deadQueue.name, testInfo.title]
    expect([names, client, clock.now(), daemon.fetch, page.goto(queratorUrl)]).toBeTruthy()
    await expect(queue).toHaveItems(['a', { json: expect.any(Object) }])
    await expect(queue).not.toBeDrained()
    await expect(page.getByRole('status')).toHaveText('x')
    leaks('off')
    // @ts-expect-error there is no such mode
    leaks('loud')
    const seen = await daemon.recording(() => queue.produce({}))
    await expect(seen).toHaveProduced('orders', [{ reference: 'a', in: '1h', delta: 10 }])
    await expect(seen).not.toHaveCompleted(queue, ['a'])
    await expect(queue).toHaveProduced(['a', { at: new Date(0) }])
    await expect(queue).toHaveScheduled([{ in: '1h' }])
    // @ts-expect-error completed items are not due
    await expect(queue).toHaveCompleted([{ in: '1h' }])
    // @ts-expect-error a queue, and what is expected of it
    await expect(seen).toHaveProduced('orders')
    const leased: Promise<void> = expect(queue).toHaveLeased(1, { by: 'worker' })
    // @ts-expect-error there is no such field
    await expect(queue).toHaveItems([{ refrence: 'a' }])
    // @ts-expect-error there is no such fixture method
    queue.publish(leased)
  })
  test.embedded('only here', async ({ clock }) => { await clock.advance('1m') })
  const more = test.extend<{ more: number }, { app: string }>({
    more: async ({ queue }, use) => use(queue.name.length),
    app: [async ({ queratorUrl }, use) => use(queratorUrl), { scope: 'worker' }],
  })
  more('extended', async ({ more, app, clock }) => { expect(more + clock.now() + app.length).toBeGreaterThan(0) })
  export default defineConfig<object, QueratorWorkerFixtures>({ use: { queratorOptions: { seed: 1 } } })
  // @ts-expect-error there is no such clock
  test.use({ queratorOptions: { clock: 'slow' } })`

const NODE_TEST = `
  import { assertQueue, configureDaemon, createQueue, daemon, fixtures, leaks, queue, test } from 'querator-test/node-test'
  test('typed', async (t) => {
    const { queue: mine } = fixtures(t)
    const names: string[] = [queue.name, mine.name, (await createQueue()).name, t.name]
    await assertQueue(queue).toHaveDepth(0)
    leaks('off')
    await assertQueue(queue).not.toHaveCompleted(['a'])
    const seen = await daemon.recording(() => queue.produce({}))
    await assertQueue(seen).toHaveProduced('orders', [{ reference: 'a', in: '1h', delta: 10 }])
    await assertQueue(seen).not.toHaveCompleted(queue, ['a'])
    await assertQueue(queue).toHaveProduced(['a', { at: new Date(0) }])
    await assertQueue(queue).toHaveScheduled([{ in: '1h' }])
    // @ts-expect-error completed items are not due
    await assertQueue(queue).toHaveCompleted([{ in: '1h' }])
    // @ts-expect-error a queue, and what is expected of it
    await assertQueue(seen).toHaveProduced('orders')
    // @ts-expect-error a number or a list
    await assertQueue(queue).toHaveScheduled('a')
    // @ts-expect-error there is no such method
    mine.publish(names)
  })
  configureDaemon({ leaks: 'warn' })
  test.embedded('only here', { timeout: 100 }, async () => undefined)`

const BUN = `
  import { createQueue, configureDaemon, queue, test } from 'querator-test/bun'
  configureDaemon({ clock: 'frozen' })
  test('typed', async () => {
    const names: string[] = [queue.name, (await createQueue()).name]
    // @ts-expect-error there is no such method
    queue.publish(names)
  }, { timeout: 100 })
  test.each([[1, 'a']])('%i', async (_: number, __: string) => undefined)
  test.embedded.only('only here', async () => undefined, 1000)
  // @ts-expect-error Bun knows no such thing
  test.sometimes()`

const DENO = `
  import { assertQueue, createQueue, daemon, queue, test } from 'querator-test/deno'
  test('typed', async (t) => {
    const names: string[] = [queue.name, (await createQueue()).name, t.name]
    await t.step('one', async () => { await assertQueue(queue).toHaveDepth(names.length) })
    await assertQueue(await daemon.recording(() => 1)).toHaveProduced(queue, 0)
  })
  test({ name: 'by its options', ignore: true, fn: () => undefined })
  test.embedded('only here', { sanitizeOps: false }, async () => undefined)
  // @ts-expect-error Deno knows no such thing
  test.sometimes()`

const CUCUMBER = `
  import { assertQueue, configureDaemon, queue, type QueratorWorld } from 'querator-test/cucumber'
  configureDaemon({ leaks: 'error' })
  export async function step(this: QueratorWorld) {
    const names: string[] = [this.queue.name, queue.name, (await this.createQueue()).name]
    await this.clock.advance(names.length)
    this.leaks('off')
    await assertQueue(this.queue).toBeDrained()
    // @ts-expect-error there is no such method
    this.queue.publish(names)
  }`

/** With the types of Mocha, its own `it` is what is exported as `test`; without them a plain one. */
const MOCHA = (known: boolean) => `
  import { assertQueue, clock, configureDaemon, createQueue, leaks, mochaHooks, queue, test } from 'querator-test/mocha'
  configureDaemon({ clock: 'frozen', leaks: 'error' })
  test('typed', async () => {
    const names: string[] = [queue.name, (await createQueue()).name]
    await clock.advance(names.length)
    leaks('off')
    await assertQueue(queue).not.toHaveCompleted(['a'])
    const after: () => Promise<void> = mochaHooks.afterEach
    // @ts-expect-error there is no such method
    queue.publish(after)
  })
  test.embedded('only here', async () => undefined)
  test.only('with a callback', (done) => done())
  ${known ? "test('slow', async function () { this.timeout(100) }).timeout(200)\n  // @ts-expect-error Mocha knows no such thing\n  test.sometimes()" : ''}`

/** With the types of Jest, its own \`test\` is what is exported; without them a plain one. */
const JEST = (known: boolean) => `
  import { clock, configureDaemon, createQueue, daemon, leaks, queue, test } from 'querator-test/jest'
  configureDaemon({ clock: { start: new Date(0) }, leaks: 'error' })
  // @ts-expect-error there is no such mode
  configureDaemon({ leaks: 'loud' })
  test('typed', async () => {
    const names: string[] = [queue.name, (await createQueue({ deadQueue: true })).deadQueue.name]
    await clock.advance(names.length)
    leaks('off')
    ${known ? "await expect(await daemon.recording(() => 1)).toHaveProduced('orders', [{ in: '1h' }]); await expect(queue).toHaveProduced(1); await expect(queue).toHaveDepth(1); await expect(queue).not.toHaveItems([{ reference: 'a' }])\n    // @ts-expect-error a number\n    await expect(queue).toHaveDepth('1')" : ''}
    // @ts-expect-error there is no such method
    daemon.publish()
  })
  test.embedded('only here', async () => undefined, 1000)
  test.each([[1, 'a']])('%i', async (${known ? '' : '_: number, __: string'}) => undefined)
  test.concurrent.each([[1]])('%i', async () => undefined)
  ${known ? '// @ts-expect-error Jest knows no such thing\n  test.sometimes()' : ''}`

/** Compiles each of the sources, with the file extension of its kind of module. */
function compile(
  compiler: string,
  ending: string,
  sources: Record<string, string>,
  options: object,
  others: Record<string, string> = {},
): Promise<Outcome> {
  const files = Object.fromEntries(Object.entries(sources).map(([name, source]) => [`${name}.${ending}`, source]))
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    skipLibCheck: false,
    lib: ['es2023', 'esnext.disposable', 'dom'],
    types: ['node'],
    ...options,
  }
  const folder = projectOf({
    'package.json': '{ "private": true, "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions, files: Object.keys(files) }),
    ...files,
    ...others,
  })
  return start(folder, 'node', join(inject('packed'), 'node_modules', compiler, 'bin', 'tsc'), '-p', '.').ended
}

describe.each(COMPILERS)('%s', (compiler) => {
  test.each(RESOLUTIONS)('%s files, %s, %s', async (ending, module, moduleResolution) => {
    const sources = {
      core: CORE,
      'node-test': NODE_TEST,
      vitest: VITEST,
      playwright: PLAYWRIGHT,
      jest: JEST(false),
      mocha: MOCHA(false),
      bun: BUN,
      deno: DENO,
      cucumber: CUCUMBER,
    }
    const runs = [compile(compiler, ending, sources, { module, moduleResolution })]
    // TypeScript 5.9 takes seconds for each, and sees the same in all of them.
    if (compiler === 'typescript-7' || ending === 'ts') {
      runs.push(
        compile(compiler, ending, { jest: JEST(true) }, { module, moduleResolution, types: ['node', 'jest'] }),
        compile(compiler, ending, { mocha: MOCHA(true) }, { module, moduleResolution, types: ['node', 'mocha'] }),
      )
    }
    for (const { text } of await Promise.all(runs)) expect(text).toBe('')
  })
})

test.each(COMPILERS)('%s takes an imported JSON file as a dump', async (compiler) => {
  await using daemon = await filled()
  const others = { 'orders.json': JSON.stringify(await daemon.dump()), 'other.json': '{ "format": "x" }' }
  const source = `
    import { type DaemonDump, startTestDaemon } from 'querator-test'
    import { testWith } from 'querator-test/vitest'
    import dump from './orders.json' with { type: 'json' }
    import other from './other.json' with { type: 'json' }
    testWith({ from: dump })
    const daemon = await startTestDaemon({ from: dump })
    const again: DaemonDump = await daemon.dump()
    await startTestDaemon({ from: again })
    // @ts-expect-error it is no dump
    await startTestDaemon({ from: other })
    // @ts-expect-error a dump that was not awaited
    await startTestDaemon({ from: daemon.dump() })`
  for (const options of [{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }]) {
    const outcome = await compile(compiler, 'mts', { source }, { ...options, resolveJsonModule: true }, others)
    expect(outcome.text).toBe('')
  }
})

test('TypeScript 5.9 with the classic resolution, which ignores exports', async () => {
  const sources = { jest: JEST(true), core: CORE.replaceAll('await using', 'const') }
  const options = { module: 'commonjs', moduleResolution: 'node10', types: ['node', 'jest'] }
  expect((await compile('typescript', 'ts', sources, options)).text).toBe('')
})

test.each([
  [
    'with fixtures',
    "import { expect, test } from 'querator-test/vitest'\ntest('x', async ({ queue }) => { await expect(queue).toHaveDepth(0) })",
  ],
  [
    'with values',
    "import { expect, test } from 'vitest'\nimport { queue } from 'querator-test/vitest/values'\ntest('x', async () => { await expect(queue).toHaveDepth(0) })",
  ],
])('Vitest knows the matchers in a program with nothing else (%s)', async (_, source) => {
  const options = { module: 'nodenext', moduleResolution: 'nodenext' }
  expect((await compile('typescript-7', 'mts', { only: source }, options)).text).toBe('')
})
