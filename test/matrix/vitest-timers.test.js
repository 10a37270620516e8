import { startTestDaemon } from 'querator-test'
import { expect, testWith } from 'querator-test/vitest'
import { afterEach, vi } from 'vitest'
import matrix from './scenarios.cjs'

const test = testWith({ clock: 'runner' })

const MODES = [
  ['the usual ones', undefined],
  ['advancing by themselves', { shouldAdvanceTime: true }],
  ['the date only', { toFake: ['Date'] }],
  [
    'most of them',
    {
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'Date',
        'performance',
        'queueMicrotask',
      ],
    },
  ],
]

afterEach(() => {
  vi.useRealTimers()
})

test.for(MODES)('works with fake timers (%s) switched on in the test', async ([, options], {
  queue,
  createQueue,
  daemon,
}) => {
  vi.useFakeTimers(options)
  await matrix.everythingThatWaits({ queue, createQueue, daemon, startTestDaemon })
  vi.useRealTimers()
  await matrix.everythingThatWaits({ queue, createQueue, daemon, startTestDaemon })
})

test.embedded("clock: 'runner' follows the fake clock of Vitest", async ({ createQueue, clock }) => {
  vi.useFakeTimers()
  const orders = await createQueue({ leaseTimeout: '10m' })
  await orders.produce({ reference: 'order-1' })
  await orders.lease()
  const waiting = orders.lease({ requestTimeout: '15m', clientId: 'patient' })
  vi.advanceTimersByTime(600_000)
  const again = await waiting
  expect(again.items[0].attempts).toBe(2)
  await again.complete()
  expect(clock.now()).toBe(Date.now())
  await expect(clock.advance('1m')).rejects.toMatchObject({ code: 0 })
})
