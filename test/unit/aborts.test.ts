/** One AbortSignal shared by many calls: no leak warnings, and no listeners left behind. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { onAbort, throwIfAborted } from '../../src/protocol/aborts.js'
import { whenGone } from '../../src/protocol/exchange.js'

async function warningsOf(work: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = []
  const note = (warning: Error) => warnings.push(warning.name)
  process.on('warning', note)
  await work()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  return warnings
}

test('one signal shared by 2,000 fetches causes no warning and leaves no listener', async () => {
  const daemon = await startTestDaemon()
  const { signal } = new AbortController()
  const fetches = () => Promise.all(Array.from({ length: 2000 }, () => daemon.fetch('/health', { signal })))
  expect(await warningsOf(fetches)).toEqual([])
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('aborting one signal ends all of its hundred leases and leaves no listener', async () => {
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

test('fetch uses the signal of a Request unless init gives another', async () => {
  const daemon = await startTestDaemon()
  const aborted = new Request('http://q/health', { signal: AbortSignal.abort(new Error('gone')) })
  await expect(daemon.fetch(aborted)).rejects.toThrow('gone')
  expect((await daemon.fetch(aborted, { signal: null })).status).toBe(200)
})

test('a removed listener is not called, the other listeners are', () => {
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

test('a request tells in its own way that nobody waits any more, else by its signal, else never', () => {
  const controller = new AbortController()
  const { signal } = controller
  const own = new Set<() => void>()
  const request = {
    signal,
    whenGone: (listener: () => void) => {
      own.add(listener)
      return () => own.delete(listener)
    },
  }
  const called: string[] = []
  const takeBack = whenGone(request, () => called.push('own'))
  whenGone({ signal }, () => called.push('signal'))
  whenGone({}, () => called.push('never'))
  controller.abort()
  expect(called).toEqual(['signal'])
  for (const listener of own) listener()
  expect(called).toEqual(['signal', 'own'])
  takeBack()
  expect(own.size).toBe(0)
})

test('throws the reason of an aborted signal, also of one from a jsdom that has neither reasons nor throwIfAborted', () => {
  expect(() => throwIfAborted(undefined)).not.toThrow()
  expect(() => throwIfAborted(new AbortController().signal)).not.toThrow()
  const mine = new Error('mine')
  expect(() => throwIfAborted(AbortSignal.abort(mine))).toThrow(mine)
  const old = { aborted: true } as AbortSignal
  expect(() => throwIfAborted(old)).toThrow(expect.objectContaining({ name: 'AbortError' }))
})

test('a call rejects with the reason of its signal, whatever it is, before and while it waits', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen' })
  const queue = await daemon.createQueue()
  const reasonOf = (call: Promise<unknown>) =>
    call.then(
      () => 'no reason',
      (reason: unknown) => reason,
    )
  for (const reason of [null, 0, 'enough']) {
    expect(await reasonOf(queue.lease({ signal: AbortSignal.abort(reason) }))).toBe(reason)
    const controller = new AbortController()
    const waiting = reasonOf(queue.lease({ signal: controller.signal }))
    controller.abort(reason)
    expect(await waiting).toBe(reason)
  }
})

test('a signal from a jsdom without reasons aborts a call with an AbortError', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen' })
  const queue = await daemon.createQueue()
  class OldSignal extends EventTarget {
    aborted = false
    abort() {
      this.aborted = true
      this.dispatchEvent(new Event('abort'))
    }
  }
  const old = new OldSignal()
  const signal = old as unknown as AbortSignal
  const waiting = queue.lease({ signal })
  old.abort()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  await expect(queue.lease({ signal })).rejects.toMatchObject({ name: 'AbortError' })
})
