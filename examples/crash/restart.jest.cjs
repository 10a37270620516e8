const { daemon, queue, configureDaemon } = require('querator-test/jest')

configureDaemon({ keeps: 'items' })

test('a worker goes on after the server was restarted', async () => {
  const sent = []
  queue.work(({ reference }) => {
    sent.push(reference)
  })
  await queue.produce({ reference: 'mail-1' })
  await queue.waitFor({ event: 'completed' })
  await daemon.restart()
  await queue.produce({ reference: 'mail-2' })
  await queue.waitFor({ event: 'completed', reference: 'mail-2' })
  expect(sent).toEqual(['mail-1', 'mail-2'])
})
