/** Workers that nobody stops: the run prints its results, names the worker, and ends. */
import { expect, test } from 'vitest'
import { projectOf, run } from './project.js'
import { runnerKinds } from './runner-files.js'

const CALL = `
  const call = async (fetchIt, url, name) => {
    const body = JSON.stringify({ queue_name: name, client_id: 'mailer', batch_size: 1, request_timeout: '1m' })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetchIt(url + '/v1/queue.lease', { method: 'POST', headers, body })
    if (!answer.ok) throw new Error('the lease ended with ' + answer.status)
  }`

/** For the last test of a file, so that nothing comes after it. */
const WAITS = `${CALL}
  void call(daemon.fetch, '', queue.name)
  await new Promise((resolve) => setTimeout(resolve, 20))`

const OVER_TCP = `${CALL}
  const url = await daemon.listen()
  const { name } = queue
  const work = async () => {
    for (;;) await call(fetch, url, name).catch((error) => { if (error.cause !== undefined) throw error })
  }
  work().catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 20))`

test('jest: a lease left waiting fails its own test, not the whole process', () => {
  const { file, ending, config, command } = runnerKinds().jest
  const [program, ...args] = command
  const files = {
    [`a.${ending}`]: file({ waits: WAITS }),
    [`b.${ending}`]: file({ 'is fine': 'await queue.produce({})' }),
  }
  const { status, text } = run(projectOf({ ...config, ...files }), program, ...args, '--runInBand')
  expect(status).toBe(1)
  expect(text).toMatch(/Tests: +1 failed, 1 passed, 2 total/)
  expect(text).toContain('the lease ended with 453')
  expect(text).toMatch(/a lease of mailer that waits in '\S+' \(a\.test\.js:\d+/)
})

test.each([
  'jest',
  'vitest',
  'node:test',
] as const)('%s: a worker over TCP finds no open port after the file', (runner) => {
  const { file, ending, config, command } = runnerKinds()[runner]
  const [program, ...args] = command
  const folder = projectOf({ ...config, [`a.${ending}`]: file({ works: OVER_TCP }, { leaks: 'off' }) })
  const { status, text } = run(folder, program, ...args)
  expect(status).toBe(0)
  expect(text).toMatch(/Tests: +1 passed|Tests {2}1 passed|# pass 1/)
})

test.each(['close()', "clock.advance('1s')"])('a script goes on after %s although a client does not read', (call) => {
  const folder = projectOf({
    'script.mjs': `
      import { startTestDaemon } from 'querator-test'
      const daemon = await startTestDaemon({ clock: 'frozen' })
      const queue = await daemon.createQueue({ name: 'q' })
      for (let count = 0; count < 8; count++) await queue.produce({ bytes: new Uint8Array(1_000_000) })
      const line = daemon.connect()
      line.pause()
      const body = '{"queue_name":"q","partition":0}'
      const head = ['POST /v1/storage/items.list HTTP/1.1', 'Host: x', 'Content-Type: application/json']
      line.write([...head, 'Content-Length: ' + body.length, '', body].join('\\r\\n'))
      await new Promise((resolve) => setTimeout(resolve, 50))
      await daemon.${call}
      console.log('it goes on')`,
  })
  expect(run(folder, 'node', 'script.mjs')).toMatchObject({ status: 0, stdout: 'it goes on\n' })
})

/** A script whose server is in the same process, but reached over its port. The port keeps nothing alive. */
const ON_A_SERVER = `
  import { startTestDaemon } from 'querator-test'
  const server = await startTestDaemon()
  const attached = await startTestDaemon({ endpoint: await server.listen() })
  const queue = await attached.createQueue()
  await queue.produce({ reference: 'order-1' })
  process.once('beforeExit', () => process.exit(0))`

test('a wait on a server elsewhere keeps a script alive while somebody awaits it, and only then', () => {
  const folder = projectOf({
    'awaited.mjs': `${ON_A_SERVER}
      await queue.idle({ within: '600ms' }).catch((error) => console.log(error.message))`,
    'forgotten.mjs': `${ON_A_SERVER}
      void queue.idle({ within: '10m' })`,
  })
  expect(run(folder, 'node', 'awaited.mjs')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^timed out after 600ms waiting for .* to be idle/),
  })
  expect(run(folder, 'node', 'forgotten.mjs')).toMatchObject({ status: 0, stdout: '' })
})
