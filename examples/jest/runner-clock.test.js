const { configureDaemon, createQueue } = require('querator-test/jest')

// The daemon goes with Jest's fake timers, and with nothing else.
configureDaemon({ clock: 'runner' })

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

test('a reminder is due when its time has come', async () => {
  const reminders = await createQueue()
  await reminders.produce({ reference: 'reminder', enqueueAt: new Date(Date.now() + 3_600_000) })
  await jest.advanceTimersByTimeAsync(3_600_000)
  const lease = await reminders.lease()
  expect(lease.items[0].reference).toBe('reminder')
  await lease.complete()
})
