/** What the worker's key must be allowed to do. */
const { configureDaemon, createQueue, daemon } = require('querator-test/jest')
const { EMAIL_QUEUE } = require('../src/email-queue.js')
const { EmailWorker } = require('../src/email-worker.js')
const { connect } = require('../src/querator.js')

configureDaemon({ auth: 'internal' })

test('a key that may lease, complete and retry is enough', async () => {
  const emails = await createQueue({ ...EMAIL_QUEUE, namespace: 'shop' })
  const permissions = ['queue.lease', 'queue.complete', 'queue.retry']
  const { key } = await daemon.createUser({ namespace: 'shop', permissions })
  await daemon.closeDoor()

  await emails.produce({ reference: 'welcome-1', json: { to: 'ada@example.org' } })
  const sent = []
  const controller = new AbortController()
  const send = async ({ to }) => {
    sent.push(to)
    controller.abort()
  }
  const querator = connect({ url: await daemon.listen(), key })
  await new EmailWorker({ querator, send }).run(controller.signal)

  expect(sent).toEqual(['ada@example.org'])
  await expect(emails).toBeDrained()
})
