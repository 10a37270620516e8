/** One AbortSignal for many calls: no warnings of leaks, no listeners left. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { onAbort } from '../../src/protocol/aborts.js'

async function warningsOf(work: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = []
  const note = (warning: Error) => warnings.push(warning.name)
  process.on('warning', note)
  await work()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  return warnings
}

test('one signal over 2,000 fetches: no warning, and no listener is left', async () => {
  const daemon = await startTestDaemon()
  const { signal } = new AbortController()
  const fetches = () => Promise.all(Array.from({ length: 2000 }, () => daemon.fetch('/health', { signal })))
  expect(await warningsOf(fetches)).toEqual([])
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('one signal over a hundred leases: each is given up, and no listener is left', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen' })
  const queue = await daemon.createQueue()
  const controller = new AbortController()
  const { signal } = controller
  const leases = Array.from({ length: 100 }, () => queue.lease({ signal }))
  expect(getEventListeners(signal, 'abort').length).toBeLessThan(3)
  controller.abort(new Error('enough'))
  for (const lease of leases) await expect(lease).rejects.toThrow('enough')
  expect(await queue.counts()).toMatchObject({ leasesWaiting: 0 })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a signal of a Request counts, and the one of init goes before it', async () => {
  const daemon = await startTestDaemon()
  const aborted = new Request('http://q/health', { signal: AbortSignal.abort(new Error('gone')) })
  await expect(daemon.fetch(aborted)).rejects.toThrow('gone')
  expect((await daemon.fetch(aborted, { signal: null })).status).toBe(200)
})

test('a listener that was taken back is not called, the others are', () => {
  const controller = new AbortController()
  const called: number[] = []
  const note = () => void called.push(1)
  const takeBack = onAbort(controller.signal, note)
  onAbort(controller.signal, note)
  takeBack()
  controller.abort()
  expect(called).toEqual([1])
  onAbort(controller.signal, () => void called.push(2))
  expect(called).toEqual([1, 2])
})
