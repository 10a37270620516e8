configureDaemon({ clock: 'frozen' })

let ofFile
before(async () => {
  ofFile = await createQueue()
})

test.embedded('the clock is that of this file', async () => {
  await queue.produce({ text: 'x' })
  const before = clock.now()
  await clock.advance('1h')
  assert.equal(clock.now() - before, 3_600_000)
})

it('the queues of other files are not here', async () => {
  if (process.env.QUERATOR_ENDPOINT) return
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  assert.deepEqual(names.sort(), [ofFile.name, queue.name].sort())
})
