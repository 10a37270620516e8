/** `test` with the queue of e-mails, and with workers that send from it. */
import { testWith } from 'querator-test/vitest'
import { EMAIL_QUEUE } from '../src/email-queue.js'
import { EmailWorker } from '../src/email-worker.js'
import { connect } from '../src/querator.js'

export const url = 'http://querator.internal:2319'

export const test = testWith({ leaks: 'error' }).extend({
  emails: async ({ createQueue }, use) => use(await createQueue({ ...EMAIL_QUEUE, deadQueue: true })),

  querator: async ({ daemon }, use) => use(connect({ url, fetch: daemon.fetch })),

  /** Starts a worker that goes by the daemon's clock. It notes to whom it has sent something, and stops with the test. */
  startWorker: async ({ daemon, querator, clock }, use) => {
    await use((options) => {
      const sent = []
      const send = async ({ to }) => sent.push(to)
      const pause = (ms) => clock.advance(ms)
      const emailWorker = new EmailWorker({ querator, send, now: () => clock.now(), pause, ...options })
      const worker = daemon.runWorker((signal) => emailWorker.run(signal), { name: 'the e-mail worker', stop: '500ms' })
      return { sent, stop: () => worker.stop() }
    })
  },
})
