/** Waits end early when nothing can happen any more, and wait on where something may. */
import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions, type TestQueue } from '../../src/index.js'

/** More than any wait here would take that nobody ends. */
const PATIENCE = 60_000

async function started(options: TestDaemonOptions = {}): Promise<{ daemon: TestDaemon; queue: TestQueue }> {
  const daemon = await startTestDaemon({ log: 'silent', ...options })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1' })
  daemon.observe({ title: 'a test', timeout: PATIENCE, queues: () => ['orders'] })
  return { daemon, queue }
}

function refuse(daemon: TestDaemon) {
  return daemon.fetch('/v1/queue.lease', { method: 'POST', body: '{"queue_name":"orders","client_id":"w"}' })
}

test.each(['real', 'frozen'] as const)('drained: nobody works, clock %s', async (clock) => {
  const { queue } = await started({ clock })
  await expect(queue.drained()).rejects.toThrow(
    /^gave up after \S+ because nothing moves any more: no call is open, nothing comes due, and the process waits for no timer or socket, waiting for 'orders' to be drained\n'orders': no lease waits; 1 item free/,
  )
})

test('idle and waitFor: a worker that died of a refused call is told at once', async () => {
  const { daemon, queue } = await started()
  await refuse(daemon)
  for (const wait of [() => queue.idle(), () => queue.waitFor({ event: 'completed' }), () => queue.drained()]) {
    await expect(wait()).rejects.toThrow(
      /^gave up after \S+ because nothing moves [\s\S]*\n {2}! queue\.lease by w was refused: 455/,
    )
  }
})

test('a worker that asks again and again, and is refused each time', async () => {
  const { daemon, queue } = await started()
  const worker = setInterval(() => void refuse(daemon), 10)
  await expect(queue.drained({ within: '200ms' })).rejects.toThrow(
    /^gave up after \S+ because every call was refused waiting for [\s\S]*! queue\.lease by w was refused \d+ times/m,
  )
  clearInterval(worker)
})

/** What may still bring the item away, and does in the end. */
const MAY: Record<string, (place: { daemon: TestDaemon; queue: TestQueue }) => unknown> = {
  'a timer of the worker': ({ queue }) => setTimeout(async () => (await queue.lease()).complete(), 1300),
  'another process, over the port': async ({ daemon, queue }) => {
    await daemon.listen()
    // Unref'd, as what another process does is not seen here.
    setTimeout(async () => (await queue.lease()).complete(), 1300).unref()
  },
  'a lease that runs out by a running clock': async ({ queue }) => {
    await queue.lease()
    setTimeout(async () => (await queue.lease({ requestTimeout: '1m' })).complete(), 100)
  },
  'another call every 0.9 s': ({ queue }) => {
    setTimeout(() => void queue.counts(), 900).unref()
    setTimeout(async () => (await queue.lease()).complete(), 1800).unref()
  },
}

test.each(Object.entries(MAY))('it waits on for %s', async (name, begin) => {
  const daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ leaseTimeout: name.includes('runs out') ? '1.5s' : '1m' })
  await queue.produce({ reference: 'order-1' })
  daemon.observe({ title: 'a test', timeout: PATIENCE, queues: () => [queue.name] })
  await begin({ daemon, queue })
  await queue.drained()
  await daemon.close()
})

test('a clock that goes with the runner may be moved by its fake timers', async () => {
  vi.useFakeTimers()
  try {
    const { queue } = await started({ clock: 'runner' })
    await expect(queue.drained({ within: '1.2s' })).rejects.toThrow(/^timed out after 1\.2s/)
  } finally {
    vi.useRealTimers()
  }
})

test('without a runner nobody knows what the process waits for', async () => {
  const daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({})
  await expect(queue.drained({ within: '1.2s' })).rejects.toThrow(/^timed out after 1\.2s/)
})

test('a lease with a signal that waits on a frozen clock moves nothing', async () => {
  const { queue } = await started({ clock: 'frozen' })
  const { signal } = new AbortController()
  await queue.lease()
  queue.lease({ signal }).catch(() => undefined)
  await expect(queue.drained()).rejects.toThrow(/^gave up after \S+ because nothing moves/)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
})

test('waitFor names the event that was meant', async () => {
  const { queue } = await started()
  await expect(queue.waitFor({ event: 'complete' as never })).rejects.toThrow(
    /^waitFor knows no event 'complete'; did you mean 'completed'\? It knows: produced, imported,/,
  )
})
