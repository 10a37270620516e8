/** The package as a module: ES and CommonJS, and the contents of the tarball. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { projectOf, run } from './project.js'

test("import and require export the same names and recognise each other's errors", () => {
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

test('a script that leaves everything open ends', () => {
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

test.each(['main.mjs', 'main.cjs'])('%s: a daemon without sockets loads no module of Node for them', (name) => {
  const imports =
    name === 'main.mjs'
      ? "import { startTestDaemon } from 'querator-test'"
      : "const { startTestDaemon } = require('querator-test')"
  const folder = projectOf({
    [name]: `${imports}
      const LATE = ['http', 'https', 'net', 'child_process', 'crypto', 'zlib']
      const loaded = () => LATE.filter((module) => process.moduleLoadList.includes('NativeModule ' + module)).join()
      startTestDaemon().then(async (daemon) => {
        const queue = await daemon.createQueue({ name: 'q' })
        await queue.produce({})
        await (await queue.lease()).complete()
        console.log('loaded: ' + loaded())
        console.log(await (await daemon.fetch('/metrics')).text())
        await daemon.listen()
        console.log('loaded: ' + loaded())
      })`,
  })
  const { status, stdout, stderr } = run(folder, 'node', name)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^loaded: \n/)
  expect(stdout).toContain('querator_queue_items{queue="q",namespace="_system"} 0\n')
  expect(stdout).toMatch(/loaded: http,net/)
})

test('the main entry loads no module of Node that it does not need at once', () => {
  const folder = projectOf({
    'main.mjs': `
      const LATE = ['stream', 'vm', 'v8', 'os']
      await import('querator-test')
      console.log('loaded: ' + LATE.filter((module) => process.moduleLoadList.includes('NativeModule ' + module)).join())`,
  })
  const { status, stdout, stderr } = run(folder, 'node', 'main.mjs')
  expect([status, stderr, stdout]).toEqual([0, '', 'loaded: \n'])
})

test.each(['esm', 'cjs'])('%s: the bundles are ASCII without comments', (format) => {
  const folder = join(inject('packed'), 'node_modules/querator-test/dist', format)
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const source = readFileSync(join(folder, file), 'utf8')
    expect([file, /[^\x00-\x7f]/.exec(source)?.[0], /^\s*\/\*\*/m.exec(source)?.[0]]).toEqual([
      file,
      undefined,
      undefined,
    ])
  }
})

test('the tarball contains only the build, the preset, the schema, the documentation and the license', () => {
  const installed = join(inject('packed'), 'node_modules', 'querator-test')
  expect(readdirSync(installed).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'config.schema.json',
    'dist',
    'docs',
    'package.json',
    'presets',
  ])
})
