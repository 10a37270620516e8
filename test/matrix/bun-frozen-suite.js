configureDaemon({ clock: 'frozen' })

let ofFile
beforeAll(async () => {
  ofFile = await createQueue()
})

test.embedded('the clock is that of this file', async () => {
  const before = clock.now()
  await clock.advance('1h')
  expect(clock.now() - before).toBe(3_600_000)
})

test('the queues of other files are not here', async () => {
  if (process.env.QUERATOR_ENDPOINT) return
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  expect(names.sort()).toEqual([ofFile.name, queue.name].sort())
})
