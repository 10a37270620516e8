/** The package as a module: ES and CommonJS, types, and what is in the tarball. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { bin, projectOf, run } from './project.js'

test("import and require give the same names, and know each other's errors", () => {
  const folder = projectOf({
    'main.mjs': `
      import { createRequire } from 'node:module'
      import * as esm from 'querator-test'
      const cjs = createRequire(import.meta.url)('querator-test')
      const names = (module) => Object.keys(module).filter((name) => !['default', 'module.exports', '__esModule'].includes(name)).sort()
      const daemon = await cjs.startTestDaemon()
      const error = await daemon.queue('none').produce({}).catch((reason) => reason)
      console.log(JSON.stringify({
        same: String(names(esm)) === String(names(cjs)),
        copies: esm.QueratorError !== cjs.QueratorError,
        instance: error instanceof esm.QueratorError,
        is: esm.isQueratorError(error),
      }))`,
  })
  const { status, stdout, text } = run(folder, 'node', 'main.mjs')
  expect([status, text]).toEqual([0, stdout])
  expect(JSON.parse(stdout)).toEqual({ same: true, copies: true, instance: true, is: true })
})

test('a script that leaves everything open ends by itself', () => {
  const folder = projectOf({
    'main.mjs': `
      import { QueratorClient, startTestDaemon } from 'querator-test'
      const daemon = await startTestDaemon()
      const queue = await daemon.createQueue()
      await queue.produce({ text: 'x' }, { text: 'y', enqueueAt: new Date(Date.now() + 1e6) })
      await queue.lease()
      queue.lease({ requestTimeout: '10m' })
      const client = new QueratorClient({ endpoint: await daemon.listen() })
      await client.queuesList({})
      await fetch(await daemon.listen() + '/health')
      daemon.connect()
      console.log('done')`,
  })
  const { status, stdout } = run(folder, 'node', 'main.mjs')
  expect([status, stdout]).toEqual([0, 'done\n'])
})

test('types are complete, without skipLibCheck', () => {
  const options = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    skipLibCheck: false,
    types: ['node'],
    lib: ['es2023', 'esnext.disposable'],
  }
  const source = `
    import { type Fired, QueratorClient, QueratorError, startTestDaemon } from 'querator-test'
    async function main() {
      await using daemon = await startTestDaemon({ clock: 'frozen' })
      const queue = await daemon.createQueue({ maxAttempts: 3, deadQueue: true })
      await queue.produce({ reference: 'a', json: { id: 1 } })
      const id: number = (await queue.lease()).items[0]!.json<{ id: number }>().id
      const fired: Fired[] = await daemon.clock.advance('1m')
      const { items } = await new QueratorClient({ endpoint: 'http://x' }).queueLease({ queueName: 'q', batchSize: 1 })
      const bytes: Uint8Array | undefined = items[0]?.bytes
      // @ts-expect-error there is no such option
      await daemon.createQueue({ maxAttemps: 3 })
      // @ts-expect-error there is no such field
      await daemon.client.queueLease({ queue: 'q' })
      return [id, fired, bytes, QueratorError]
    }
    void main`
  for (const [file, module, moduleResolution] of [
    ['main.mts', 'nodenext', 'nodenext'],
    ['main.cts', 'nodenext', 'nodenext'],
    ['main.ts', 'esnext', 'bundler'],
  ] as const) {
    const folder = projectOf({
      'package.json': '{ "private": true, "type": "module" }',
      'tsconfig.json': JSON.stringify({ compilerOptions: { ...options, module, moduleResolution }, files: [file] }),
      [file]: source,
    })
    expect([file, run(folder, bin('tsc'), '-p', '.').text]).toEqual([file, ''])
  }
})

test('the fixtures of Vitest are typed', () => {
  const folder = projectOf({
    'package.json': '{ "private": true, "type": "module" }',
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'es2022',
        module: 'nodenext',
        types: ['node'],
        skipLibCheck: true,
      },
      files: ['a.test.ts'],
    }),
    'a.test.ts': `
      import { expect, test } from 'querator-test/vitest'
      test('typed', async ({ queue, createQueue, client, clock, daemon }) => {
        const name: string = queue.name
        const other = await createQueue({ deadQueue: true })
        expect([name, other.deadQueue.name, client, clock.now(), daemon.fetch]).toBeTruthy()
        // @ts-expect-error there is no such fixture method
        queue.publish()
      })`,
  })
  expect(run(folder, bin('tsc'), '-p', '.').text).toBe('')
})

test('the tarball holds the build, the preset, README and license, and nothing else', () => {
  const installed = join(inject('packed'), 'node_modules', 'querator-test')
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json', 'presets'])
})
