/**
 * `startQuerator`, with the command of this package as the binary, because it takes the same flags as the real server.
 */
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../support/turns.js'
import { bin, projectOf, run, runWith, start } from './project.js'
import { jestConfig, runnerKinds } from './runner-files.js'

/** A script with a server in it. It has its own `TMPDIR`, to see what it leaves behind. */
function project(body: string) {
  const folder = projectOf({
    'tmp/.keep': '',
    'config.yaml': 'address: localhost:2319\nlogging: { handler: text, level: debug }\nqueues: []\n',
    'main.mjs': `
      process.env.TMPDIR = new URL('tmp', import.meta.url).pathname
      const { startQuerator, startTestDaemon } = await import('querator-test')
      const binary = ${JSON.stringify(bin('querator'))}
      ${body}`,
  })
  return { folder, left: () => readdirSync(join(folder, 'tmp')).filter((name) => name !== '.keep') }
}

/** Whether a process is running. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('starts on a free port with the given configuration, and stops', () => {
  const { folder, left } = project(`
    const querator = await startQuerator({ binary, config: 'config.yaml' })
    const daemon = await startTestDaemon({ endpoint: querator.endpoint })
    const queue = await daemon.createQueue()
    await queue.produce({ text: 'x' })
    console.log((await queue.lease()).items[0].text(), /:\\d+$/.test(querator.endpoint), querator.output.includes('HTTP Server Started'))
    const other = await startQuerator({ binary, config: { logging: { handler: 'json' } }, startTimeout: '20s' })
    console.log(other.endpoint !== querator.endpoint, JSON.parse(other.output.split('\\n')[0]).level)
    await other.close()
    await other.close()
    await daemon.close()
    await querator[Symbol.asyncDispose]()
    console.log((await fetch(other.endpoint).catch((error) => error.message)))`)
  const { status, text } = run(folder, 'node', 'main.mjs')
  expect([status, text]).toEqual([0, 'x true true\ntrue INFO\nfetch failed\n'])
  expect(left()).toEqual([])
})

test('a run that does not stop its server ends, and stops it', async () => {
  const { folder, left } = project(`
    const querator = await startQuerator({ binary })
    const daemon = await startTestDaemon({ endpoint: querator.endpoint })
    await daemon.createQueue()
    console.log(querator.endpoint)`)
  const { status, stdout, stderr } = run(folder, 'node', 'main.mjs')
  expect([status, stderr]).toEqual([0, ''])
  await until('the server is gone', () =>
    fetch(stdout.trim()).then(
      () => false,
      () => true,
    ),
  )
  await until('its folder is gone', () => left().length === 0)
})

test('a killed run stops its server', async () => {
  const { folder, left } = project(`
    const querator = await startQuerator({ binary })
    console.log(querator.endpoint)
    setInterval(() => {}, 1000)`)
  const { child, ended, shows } = start(folder, 'node', 'main.mjs')
  const [, endpoint = ''] = await shows(/(http:\S+)\n/)
  expect((await fetch(`${endpoint}/health`)).status).toBe(200)
  child.kill('SIGKILL')
  expect((await ended).status).toBe(null)
  await until('the server is gone', () =>
    fetch(endpoint).then(
      () => false,
      () => true,
    ),
  )
  await until('its folder is gone', () => left().length === 0)
})

test('kills a server that ignores SIGTERM', async () => {
  const { folder } = project(`
    const querator = await startQuerator({ binary: './stubborn.mjs' })
    console.log(querator.output)
    await querator.close()
    console.log('closed')`)
  const stubborn = join(folder, 'stubborn.mjs')
  writeFileSync(
    stubborn,
    `#!/usr/bin/env node
     import { readFileSync } from 'node:fs'
     import { createServer } from 'node:http'
     process.on('SIGTERM', () => {})
     const { address } = JSON.parse(readFileSync(process.argv[4], 'utf8'))
     process.stdout.write('pid ' + process.pid, () => createServer((_, res) => res.end()).listen(Number(address.split(':')[1])))`,
  )
  chmodSync(stubborn, 0o755)
  const { status, text } = run(folder, 'node', 'main.mjs')
  expect([status, text]).toEqual([0, expect.stringMatching(/^pid \d+\nclosed\n$/)])
  await until('the server is gone', () => !lives(Number(/\d+/.exec(text)?.[0])))
})

test.each([
  ['jest', { ...jestConfig({ globalSetup: 'querator-test/global-setup' }) }],
  ['vitest', { 'vitest.config.js': `export default { test: { globalSetup: 'querator-test/global-setup' } }` }],
] as const)('QUERATOR_BINARY: %s runs its suite on one server, which is gone afterwards', async (runner, config) => {
  const kind = runnerKinds()[runner]
  const folder = projectOf({
    ...kind.config,
    ...config,
    'querator.yaml':
      'logging: { level: error }\nqueues: [{ name: declared, lease-timeout: 1m, expire-timeout: 1h, requested-partitions: 1 }]\n',
    [`a.${kind.ending}`]: kind.file({
      one: `
        await queue.produce({ text: 'x' })
        const { items } = await client.queuesList({})
        expect(items.map((info) => info.queueName).sort()).toEqual(['declared', queue.name])
        let said
        try { void clock.now() } catch (error) { said = error.message.split('\\n')[0] }
        console.log('at ' + process.env.QUERATOR_ENDPOINT + '.', said)`,
    }),
  })
  const env = { QUERATOR_BINARY: bin('querator'), QUERATOR_CONFIG: 'querator.yaml' }
  const [program, ...args] = kind.command
  const { status, text } = runWith(env, folder, program, ...args)
  expect([status, text]).toEqual([0, expect.stringContaining('1 passed')])
  expect(text).toMatch(
    /\(the Querator that querator-test\/global-setup started from QUERATOR_BINARY\); set endpoint to ''/,
  )
  const endpoint = /at (http:\S+)\./.exec(text)?.[1] ?? ''
  await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
})

test.each([
  ['{}', "startQuerator needs a binary of Querator: startQuerator({ binary: '/usr/local/bin/querator' })"],
  [
    "{ binary: './nothing-here' }",
    "there is no program './nothing-here'; give startQuerator the path of a Querator binary",
  ],
  ["{ binary, config: 'none.yaml' }", 'while opening config file: ENOENT'],
  ['{ binary, bin: 1 }', "startQuerator has no option 'bin'; it has: binary, config, startTimeout"],
  [
    "{ binary, startTimeout: 'soon' }",
    "startTimeout takes milliseconds or a duration such as '61s' or '1h30m', not negative; got 'soon'",
  ],
  [
    "{ binary, config: { 'partition-storage': [{ driver: 'tape' }] } }",
    /ended with status 1 before it was healthy; it said:\n[\s\S]*Error: .*'tape' is not one of \(Memory, Badger\)/,
  ],
  [
    "{ binary: './never.sh', startTimeout: '300ms' }",
    "'./never.sh' was not healthy within 300ms; it said:\nwarming up",
  ],
  [
    "{ binary: './missing.sh' }",
    "'./missing.sh' ended with status 1 before it was healthy; it said:\nENOENT: its own file",
  ],
  [
    "{ binary: './colours.sh' }",
    "'./colours.sh' ended with status 1 before it was healthy; it said:\nERR  broken a\\u{7}b",
  ],
])('explains why it cannot start: startQuerator(%s)', (options, message) => {
  const { folder, left } = project(
    `await startQuerator(${options}).catch((error) => console.log(error.name + ' ' + error.message))`,
  )
  for (const [name, lines] of [
    ['never.sh', 'echo warming up\nexec sleep 60'],
    ['missing.sh', 'echo ENOENT: its own file\nexit 1'],
    ['colours.sh', "printf '\\033[31mERR\\033[0m\\tbroken a\\007b\\r\\n'\nexit 1"],
  ] as const) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const { status, stdout, stderr } = run(folder, 'node', 'main.mjs')
  expect([status, stderr]).toEqual([0, ''])
  if (typeof message === 'string') expect(stdout).toContain(`QueratorError ${message}`)
  else expect(stdout).toMatch(message)
  expect(left()).toEqual([])
})
