/** What the errors of workers and handlers that do not survive a crash say, and those of waits for them. */
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions, type TestQueue } from '../../src/index.js'
import { messageOf } from '../support/message-of.js'

const LINE = String.raw`\(test/api/worker-and-crash\.test\.ts:\d+[^)]*\)`

async function started(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', clock: 'frozen', log: 'silent', callSites: true, keeps: 'items', ...options })
}

function lease(fetchIt: typeof fetch, url: string, queue: TestQueue): Promise<Response> {
  const body = JSON.stringify({ queue_name: queue.name, client_id: 'w', batch_size: 1, request_timeout: '1m' })
  return fetchIt(`${url}/v1/queue.lease`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

test('the failure of a worker has the cause of its error, and says which line took the daemon down', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  const url = await daemon.listen()
  const ways: [string, (queue: TestQueue) => Promise<unknown>, string][] = [
    [
      'fetch of the daemon',
      () => lease(daemon.fetch, '', queue),
      'fetch failed: connect ECONNREFUSED; the daemon was down: it crashed',
    ],
    [
      'fetch',
      () => lease(fetch, url, queue),
      'fetch failed: .*(ECONNREFUSED|ECONNRESET|other side closed).*; the daemon was down: it crashed',
    ],
    [
      'client',
      () => queue.lease(),
      'no answer from the daemon in this process: nothing listens there; the daemon has crashed',
    ],
  ]
  for (const [, call, said] of ways) {
    await daemon.crash()
    const worker = daemon.runWorker(async function orders() {
      await call(queue)
    })
    expect(await messageOf(worker.stop())).toMatch(new RegExp(`^orders failed: ${said} ${LINE}.* ${LINE}$`))
    await daemon.restart()
  }
})

test('a connection that the daemon broke says so also if it runs again, and another error does not', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  let go = () => {}
  const waiting = new Promise<void>((resolve) => {
    go = resolve
  })
  const worker = daemon.runWorker(async function orders() {
    const error = await lease(daemon.fetch, '', queue).catch((cause: unknown) => cause)
    await waiting
    throw error
  })
  const other = daemon.runWorker(async function others() {
    await waiting
    throw new Error('smtp is down')
  })
  await queue.waitFor({ event: 'lease-waiting' })
  await daemon.crash()
  await daemon.restart()
  go()
  expect(await messageOf(worker.stop())).toMatch(
    new RegExp(`^orders failed: fetch failed: read ECONNRESET; the daemon crashed ${LINE} ${LINE}$`),
  )
  expect(await messageOf(other.stop())).toMatch(new RegExp(`^others failed: smtp is down ${LINE}$`))
})

test('a restart that a worker does not survive says so', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  const worker = daemon.runWorker(async function orders() {
    await queue.lease({ requestTimeout: '1m' })
  })
  await queue.waitFor({ event: 'lease-waiting' })
  await daemon.restart()
  expect(await messageOf(worker.stop())).toMatch(
    new RegExp(`^orders failed: queue is shutting down; the daemon was stopped ${LINE} ${LINE}$`),
  )
})

test('handlers of work and drain, and tracked functions, say it too', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  let refused = () => {}
  const broken = async () => {
    await daemon.crash()
    await lease(daemon.fetch, '', queue).finally(() => refused())
  }
  const said = `fetch failed: connect ECONNREFUSED; the daemon was down: it crashed ${LINE}`
  await queue.produce({ reference: 'a' })
  expect(await messageOf(queue.drain(broken))).toMatch(
    new RegExp(`^the handler failed on a of 'orders', attempt 1: ${said}`),
  )
  await daemon.restart({ after: '1h' })
  const isRefused = new Promise<void>((resolve) => {
    refused = resolve
  })
  const worker = queue.work(broken)
  await isRefused
  await daemon.restart()
  // It may be up again when the handler hears of the end of its call.
  expect(await messageOf(worker.stop())).toMatch(
    new RegExp(
      `the handler failed on a of 'orders', attempt 2: ${said.replace('was down: it crashed', '(was down: it )?crashed')}`,
    ),
  )
  const tracked = await daemon.track(broken).catch((error: unknown) => error)
  expect(tracked).toMatchObject({ message: expect.stringMatching(new RegExp(`^the tracked function failed: ${said}`)) })
  expect(tracked).toMatchObject({ cause: { name: 'TypeError', message: 'fetch failed' } })
  await daemon.restart()
  const own = new Error('no stock')
  const withCrash = daemon.track(async () => {
    await daemon.crash()
    throw own
  })
  await expect(withCrash).rejects.toBe(own)
})

test('waits that give up say that a worker has ended, and which consumer has made no call since the crash', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' }, { reference: 'b' })
  const worker = daemon.runWorker(async function consume() {
    try {
      for (;;) await queue.lease({ clientId: 'w', requestTimeout: '1m' })
    } catch {
      return
    }
  })
  await queue.waitFor({ event: 'lease-waiting' })
  await daemon.crash()
  await worker.done
  await daemon.restart({ after: '1h' })
  const ended = new RegExp(`^consume has ended ${LINE}, when the daemon was down: it crashed ${LINE}$`, 'm')
  const silent = new RegExp(`^w has made no call since the crash ${LINE}$`, 'm')
  for (const wait of [
    () => queue.drained({ within: 20 }),
    () => queue.quiet({ within: 20 }),
    () => daemon.track(() => {}, { within: 20 }),
    () => daemon.clock.advanceUntil({ event: 'completed' }, { within: 20 }),
  ]) {
    const message = await messageOf(wait())
    expect(message).toMatch(ended)
    expect(message).toMatch(silent)
  }
  await queue.produce({ reference: 'c' })
  await queue.lease({ clientId: 'w' })
  expect(await messageOf(queue.drained({ within: 20 }))).not.toMatch(silent)
})

test('a consumer whose late completes are refused has made calls', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  const held = await queue.lease({ clientId: 'w' })
  await daemon.restart({ after: '2m' })
  expect(await messageOf(queue.drained({ within: 20 }))).toMatch(/^w has made no call since the restart/m)
  await held.complete().catch(() => undefined)
  expect(await messageOf(queue.drained({ within: 20 }))).not.toContain('has made no call')
})

test('a worker that runs, or that has failed, has not ended, and one that the test stopped says so', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  daemon.runWorker((signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())))
  const stopped = daemon.runWorker(async function mailer(signal) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  })
  expect(await messageOf(queue.drained({ within: 20 }))).not.toMatch(/has ended|was stopped/)
  stopped.signal.addEventListener('abort', () => undefined)
  const stopping = stopped.stop()
  await stopped.done
  await stopping
  expect(await messageOf(queue.drained({ within: 20 }))).toMatch(new RegExp(`^mailer was stopped ${LINE}$`, 'm'))
})
