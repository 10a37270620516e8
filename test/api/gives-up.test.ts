/** A wait ends early once nothing can happen any more, and goes on while something may. */
import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions, type TestQueue } from '../../src/index.js'

/** Longer than any wait here takes, even one that is not ended early. */
const PATIENCE = 60_000

async function started(options: TestDaemonOptions = {}): Promise<{ daemon: TestDaemon; queue: TestQueue }> {
  const daemon = await startTestDaemon({ log: 'silent', ...options })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'order-1' })
  daemon.forRunner.observe({ title: 'a test', timeout: PATIENCE, queues: () => ['orders'] })
  return { daemon, queue }
}

function refuse(daemon: TestDaemon) {
  return daemon.fetch('/v1/queue.lease', { method: 'POST', body: '{"queue_name":"orders","client_id":"w"}' })
}

test.each(['real', 'frozen'] as const)('drained gives up when nobody works on the queue (clock: %s)', async (clock) => {
  const { queue } = await started({ clock })
  await expect(queue.drained()).rejects.toThrow(
    /^gave up waiting for 'orders' to be drained after \S+: nothing can happen any more \(no call is open but waiting leases, nothing comes due in this time, the process waits for no timer or socket\)\n'orders': no lease waits; 1 item free/,
  )
})

test('idle and waitFor give up when a refused call has stopped the worker, and show that call', async () => {
  const { daemon, queue } = await started()
  await refuse(daemon)
  for (const wait of [() => queue.idle(), () => queue.waitFor({ event: 'completed' }), () => queue.drained()]) {
    await expect(wait()).rejects.toThrow(
      /^gave up waiting for .* after \S+: nothing can happen [\s\S]*\n {2}! queue\.lease by w was refused \S+ ago: 455/,
    )
  }
})

test('gives up on a worker whose every call is refused', async () => {
  const { daemon, queue } = await started()
  const worker = setInterval(() => void refuse(daemon), 10)
  await expect(queue.drained({ within: '200ms' })).rejects.toThrow(
    /^gave up waiting for .* after \S+: every call was refused[\s\S]*! queue\.lease by w was refused \d+ times, the last time \S+ ago/,
  )
  clearInterval(worker)
})

test('an aborted lease no longer counts as an open call', async () => {
  const { daemon, queue } = await started({ clock: 'frozen' })
  const empty = await daemon.createQueue({ name: 'empty' })
  const abort = new AbortController()
  const gone = empty.lease({ signal: abort.signal }).catch((error: unknown) => error)
  abort.abort()
  expect(await gone).toMatchObject({ name: 'AbortError' })
  await expect(queue.drained()).rejects.toThrow(/^gave up waiting for 'orders' to be drained/)
})

/** What may still take the item away, and does in the end. */
const MAY: Record<string, (place: { daemon: TestDaemon; queue: TestQueue }) => unknown> = {
  'a timer of the worker': ({ queue }) => setTimeout(async () => (await queue.lease()).complete(), 2600),
  'another process, over the port': async ({ daemon, queue }) => {
    await daemon.listen()
    // Unref'd, because timers of another process are not visible here.
    setTimeout(async () => (await queue.lease()).complete(), 2600).unref()
  },
  'a lease that runs out by a running clock': async ({ queue }) => {
    await queue.lease()
    setTimeout(async () => (await queue.lease({ requestTimeout: '1m' })).complete(), 100)
  },
  'another call every 1.7 s': ({ queue }) => {
    setTimeout(() => void queue.counts(), 1700).unref()
    setTimeout(async () => (await queue.lease()).complete(), 3400).unref()
  },
}

test.each(Object.entries(MAY))('waits on for %s', async (name, begin) => {
  const daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue({ leaseTimeout: name.includes('runs out') ? '2.5s' : '1m' })
  await queue.produce({ reference: 'order-1' })
  daemon.forRunner.observe({ title: 'a test', timeout: PATIENCE, queues: () => [queue.name] })
  await begin({ daemon, queue })
  await queue.drained()
  await daemon.close()
})

test('waits on while fake timers of the runner may still move the clock', async () => {
  vi.useFakeTimers()
  try {
    const { queue } = await started({ clock: 'runner' })
    await expect(queue.drained({ within: '2.2s' })).rejects.toThrow(/^timed out after 2\.2s/)
  } finally {
    vi.useRealTimers()
  }
})

test('without a runner it waits on, since nobody knows what the process waits for', async () => {
  const daemon = await startTestDaemon({ log: 'silent' })
  const queue = await daemon.createQueue()
  await queue.produce({})
  await expect(queue.drained({ within: '2.2s' })).rejects.toThrow(/^timed out after 2\.2s/)
})

test('gives up on a lease with a signal that waits on a frozen clock', async () => {
  const { queue } = await started({ clock: 'frozen' })
  const { signal } = new AbortController()
  await queue.lease()
  queue.lease({ signal }).catch(() => undefined)
  await expect(queue.drained()).rejects.toThrow(/^gave up waiting for .* after \S+: nothing can happen/)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
})

test('refused calls do not end a wait for a refusal, for an expiring lease, or for another queue', async () => {
  const { daemon, queue } = await started()
  const worker = setInterval(() => void refuse(daemon), 10)
  await queue.waitFor({ event: 'refused', times: 30, within: '10s' })
  const other = await daemon.createQueue({ name: 'other', leaseTimeout: '400ms' })
  await other.produce({})
  await other.lease()
  await other.waitFor({ event: 'lease-expired', within: '10s' })
  await expect(other.drained({ within: '300ms' })).rejects.toThrow(/^timed out after 300ms/)
  clearInterval(worker)
})

test('ignores refused calls of a worker that outlived its test', async () => {
  const { daemon, queue } = await started()
  await (await daemon.createQueue({ name: 'gone' })).delete()
  const body = '{"queue_name":"gone","client_id":"w"}'
  const worker = setInterval(() => void daemon.fetch('/v1/queue.lease', { method: 'POST', body }), 10)
  await expect(queue.drained({ within: '300ms' })).rejects.toThrow(/^timed out after 300ms/)
  clearInterval(worker)
})

test('drained works without an event record', async () => {
  const daemon = await startTestDaemon({ events: 0 })
  const queue = await daemon.createQueue()
  await queue.produce({})
  setTimeout(async () => (await queue.lease()).complete(), 20)
  await queue.drained()
})

test('waitFor suggests the event that was probably meant', async () => {
  const { queue } = await started()
  await expect(queue.waitFor({ event: 'complete' as never })).rejects.toThrow(
    /^waitFor knows no event 'complete'; did you mean 'completed'\? It knows: produced, imported,/,
  )
})
