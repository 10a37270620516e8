/** What the errors of workers and handlers that do not survive a crash say, and those of waits for them. */
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
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

/** Returns the URL of a port where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

class PaymentError extends Error {
  readonly code = 'ECONNREFUSED'
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

test('a tracked function fails with the error that it made itself, and with that of another server', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  await daemon.listen()
  const own = [
    new PaymentError('payment.example.com refuses'),
    Object.assign(new Error('payment.example.com refuses'), { code: 'ECONNREFUSED', address: '192.0.2.1', port: 443 }),
    new Error('fetch failed'),
    await fetch(await closedPort()).catch((error: unknown) => error),
    new PaymentError('no order', { cause: await queue.lease({ requestTimeout: 'nonsense' }).catch((error) => error) }),
  ]
  for (const error of own) {
    const restarted = daemon.track(async () => {
      await daemon.restart()
      throw error
    })
    await expect(restarted).rejects.toBe(error)
    const crashed = daemon.track(async () => {
      await daemon.crash()
      throw error
    })
    await expect(crashed).rejects.toBe(error)
    await daemon.restart()
  }
  const withCause = daemon.track(async () => {
    await daemon.crash()
    await queue.lease().catch((cause: unknown) => {
      throw new PaymentError('no order', { cause })
    })
  })
  await expect(withCause).rejects.toThrow(PaymentError)
})

test('a tracked function whose connection to the port was refused says so', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  const url = await daemon.listen()
  for (const origin of [url, url.replace('127.0.0.1', 'localhost')]) {
    await daemon.crash()
    const tracked = await daemon.track(() => lease(fetch, origin, queue)).catch((error: unknown) => error)
    expect(tracked).toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `^the tracked function failed: fetch failed: .*ECONNREFUSED.*; the daemon was down: it crashed ${LINE}`,
        ),
      ),
      cause: { name: 'TypeError' },
    })
    await daemon.restart()
  }
})

test('errors of workers and handlers about something else do not say that the daemon is down', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  await daemon.listen()
  const others = [
    new PaymentError('payment.example.com refuses'),
    new RangeError('expected 1 to be 2'),
    await fetch(await closedPort()).catch((error: unknown) => error),
  ]
  for (const error of others) {
    await daemon.crash()
    const worker = daemon.runWorker(async function orders() {
      throw error
    })
    expect(await messageOf(worker.stop())).not.toContain('the daemon')
    await daemon.restart({ after: '1h' })
    const failing = queue.drain(async () => {
      await daemon.crash()
      throw error
    })
    expect((await messageOf(failing)).split('\n')[0]).not.toContain('the daemon')
    await daemon.restart({ after: '1h' })
  }
})

test('a worker says it also of a wrapped error, and of a socket that broke without an address', async () => {
  await using daemon = await started()
  const queue = await daemon.createQueue({ name: 'orders' })
  const url = await daemon.listen()
  const wrapping = daemon.runWorker(async function wraps() {
    await lease(daemon.fetch, '', queue).catch((cause: unknown) => {
      throw new Error('cannot get an order', { cause })
    })
  })
  const onSocket = daemon.runWorker(async function sockets() {
    await lease(fetch, url, queue)
  })
  await queue.waitFor({ event: 'lease-waiting' })
  await daemon.crash()
  expect(await messageOf(wrapping.stop())).toMatch(
    new RegExp(`^wraps failed: .*; the daemon was down: it crashed ${LINE}`),
  )
  expect(await messageOf(onSocket.stop())).toMatch(
    new RegExp(`^sockets failed: fetch failed: .*; the daemon was down: it crashed ${LINE}`),
  )
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

/** A worker that ends when its call is refused, and an item that nobody leases after that. */
async function withEndedWorker(daemon: TestDaemon, end: () => Promise<void>) {
  const one = new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 5000, leaks: 'error' })
  const queue = await one.create({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const worker = daemon.runWorker(async function consume() {
    try {
      for (;;) await (await queue.lease({ clientId: 'w', requestTimeout: '1m' })).complete()
    } catch {
      return
    }
  })
  await queue.waitFor({ event: 'lease-waiting' })
  await end()
  await worker.done
  await queue.produce({ reference: 'b' })
  return { one, queue }
}

/** How often a text has a line. */
const often = (text: string, line: string) => text.match(new RegExp(`^${line}$`, 'gm'))?.length ?? 0

const ENDS = {
  crash: [
    (daemon: TestDaemon) => daemon.crash().then(() => daemon.restart({ after: '2s' })),
    `daemon-crashed ${LINE}, daemon-restarted ${LINE}`,
    String.raw`\+0s daemon-crashed ${LINE}, \+2s daemon-restarted ${LINE}`,
  ],
  restart: [
    (daemon: TestDaemon) => daemon.restart(),
    `daemon-restarted ${LINE}`,
    String.raw`\+0s daemon-restarted ${LINE}`,
  ],
} as const

test.each([
  'crash',
  'restart',
] as const)('after a %s, matchers and reports say so once, and that the worker has ended', async (how) => {
  await using daemon = await started({ keeps: 'items' })
  const [end, inMatcher, inReport] = ENDS[how]
  const { one, queue } = await withEndedWorker(daemon, () => end(daemon))
  const ended = `! consume has ended ${LINE}, when the daemon was (down: it crashed|stopped) ${LINE}`
  const silent = `! w has made no call since the ${how} ${LINE}`
  const claims = assertQueue(queue)
  const messages = await Promise.all([messageOf(claims.toBeDrained()), messageOf(claims.toHaveCompleted(['a', 'b']))])
  for (const message of messages) {
    for (const line of [`! ${inMatcher}`, ended, silent]) expect(often(message, line), `${line} in ${message}`).toBe(1)
  }
  const { text = '' } = (await one.end({ outcome: 'failed', errors: [new Error('expected 1 to be 0')] })) ?? {}
  for (const line of [inReport, ended, silent]) expect(often(text, line), `${line} in ${text}`).toBe(1)
})

test('a report does not repeat what the error says of consumers', async () => {
  await using daemon = await started({ keeps: 'items' })
  const { one, queue } = await withEndedWorker(daemon, () => ENDS.crash[0](daemon))
  const error = new Error(await messageOf(assertQueue(queue).toBeDrained()))
  const { text = '' } = (await one.end({ outcome: 'failed', errors: [error] })) ?? {}
  expect(text).not.toMatch(/has ended|has made no call/)
  expect(often(text, ENDS.crash[2])).toBe(1)
})

test('where the timeline of an item shows the crash, neither a matcher nor a report says it again', async () => {
  await using daemon = await started({ keeps: 'items' })
  const one = new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 5000, leaks: 'error' })
  const queue = await one.create({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  await ENDS.crash[0](daemon)
  expect((await messageOf(assertQueue(queue).toBeDrained())).match(/daemon-crashed/g)).toHaveLength(1)
  // What brings it up for the next test is no part of this one.
  await daemon.crash()
  const { text = '' } = (await one.end({ outcome: 'failed', errors: [new Error('too few')] })) ?? {}
  expect(text.match(/^.*daemon-crashed/gm)).toEqual(['    +0s  daemon-crashed', '    +2s  daemon-crashed'])
})

test('a report says of a test in which nothing else happened that the daemon was away', async () => {
  await using daemon = await started({ keeps: 'items' })
  const one = new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 5000, leaks: 'error' })
  for (let times = 0; times < 5; times++) await daemon.restart()
  const { text = '' } = (await one.end({ outcome: 'failed', errors: [new Error('too few')] })) ?? {}
  expect(text.split('\n').slice(1)).toEqual([
    ...Array.from({ length: 3 }, () => expect.stringMatching(`^${ENDS.restart[2]}$`)),
    '… 2 more crashes and restarts; QUERATOR_REPORT=<folder> writes all of it as a page',
  ])
})
