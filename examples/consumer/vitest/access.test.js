/** What the worker's key must be allowed to do. */
import { expect, testWith } from 'querator-test/vitest'
import { EMAIL_QUEUE } from '../src/email-queue.js'
import { EmailWorker } from '../src/email-worker.js'
import { connect } from '../src/querator.js'

const test = testWith({ auth: 'internal' })

test('a key that may lease, complete and retry is enough', async ({ createQueue, daemon }) => {
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
  daemon.intercept('http://querator.internal:2319')
  await new EmailWorker({ querator: connect({ url: 'http://querator.internal:2319', key }), send }).run(
    controller.signal,
  )

  expect(sent).toEqual(['ada@example.org'])
  await expect(emails).toBeDrained()
})
