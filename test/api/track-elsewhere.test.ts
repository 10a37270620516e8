/** `daemon.track()` and `clock.advanceUntil()` with a worker in another process, which only its calls tell of. */
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

const START = Date.parse('2026-01-01')
const HOUR = 3_600_000

/** Leases items one by one over HTTP, and works on each for some milliseconds. What is called `bad` it drops, as if it crashed. */
const WORKER = `
const [url, ms] = process.argv.slice(1)
async function call(name, body) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const reply = await fetch(url + '/v1/' + name, { method: 'POST', headers, body: JSON.stringify({ queue_name: 'orders', ...body }) })
  return { status: reply.status, ...(await reply.json()) }
}
for (;;) {
  const { status, items = [], partition = 0 } = await call('queue.lease', { client_id: 'w', batch_size: 1, request_timeout: '30s' })
  if (status !== 200 && status !== 454) process.exit()
  for (const { id, reference } of items) {
    await new Promise((resolve) => setTimeout(resolve, Number(ms)))
    if (reference !== 'bad') await call('queue.complete', { partition, ids: [id], request_timeout: '1m' })
  }
}`

/** Starts the worker. It ends with the daemon. */
function startWorker(url: string, ms: number) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WORKER, url, String(ms)], { stdio: 'ignore' })
  return new Promise<void>((resolve) => child.once('exit', () => resolve()))
}

test('follows the worker through an hour, with an item that it drops', async () => {
  const daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 2, deadQueue: true })
  const ended = startWorker(await daemon.listen(), 20)
  await queue.quiet({ within: '20s' })
  const seen = await daemon.track(
    () =>
      queue.produce(
        { reference: 'a' },
        { reference: 'bad' },
        { reference: 'later', enqueueAt: new Date(START + HOUR) },
      ),
    { advance: true, within: '20s' },
  )
  expect(seen.completed.map(({ reference }) => reference)).toEqual(['a', 'later'])
  expect(seen.deadLettered.map(({ reference }) => reference)).toEqual(['bad'])
  // It is waited for while it works: only what it dropped runs out.
  expect(seen.leaseExpired.map(({ reference }) => reference)).toEqual(['bad', 'bad'])
  await daemon.close()
  await ended
})

test('advanceUntil waits for it, too', async () => {
  const daemon = await startTestDaemon({ clock: { start: START }, log: 'silent' })
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  const ended = startWorker(await daemon.listen(), 5)
  await queue.produce({ reference: 'later', enqueueAt: new Date(START + HOUR) })
  await queue.quiet({ within: '20s' })
  await daemon.clock.advanceUntil({ event: 'completed', reference: 'later' }, { within: '20s' })
  expect(daemon.clock.now()).toBe(START + HOUR)
  await daemon.close()
  await ended
})
