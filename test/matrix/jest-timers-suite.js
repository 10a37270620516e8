configureDaemon({ clock: 'runner' })

const MODES = {
  'all of them': {},
  'advancing by themselves': { advanceTimers: true },
  'without queueMicrotask': { doNotFake: ['queueMicrotask'] },
  'the date only': { doNotFake: ['setTimeout', 'setImmediate', 'setInterval', 'nextTick', 'queueMicrotask'] },
  legacy: { legacyFakeTimers: true },
}

afterEach(() => jest.useRealTimers())

test.each(Object.keys(MODES))('works with fake timers (%s) switched on in the test', async (mode) => {
  jest.useFakeTimers(MODES[mode])
  await matrix.everythingThatWaits({ queue, createQueue, daemon, startTestDaemon })
  jest.useRealTimers()
  await matrix.everythingThatWaits({ queue, createQueue, daemon, startTestDaemon })
})

test.embedded("clock: 'runner' follows the fake clock of Jest", async () => {
  jest.useFakeTimers()
  const orders = await createQueue({ leaseTimeout: '10m' })
  await orders.produce({ reference: 'order-1' })
  await orders.lease()
  const waiting = orders.lease({ requestTimeout: '15m', clientId: 'patient' })
  await jest.advanceTimersByTimeAsync(600_000)
  const again = await waiting
  expect(again.items[0].attempts).toBe(2)
  await again.complete()
  expect(clock.now()).toBe(Date.now())
  await expect(clock.advance('1m')).rejects.toMatchObject({ code: 0 })
})
