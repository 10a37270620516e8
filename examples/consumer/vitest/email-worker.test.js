/** The worker against a Querator in memory: hours of back-off pass as soon as the test says so. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'querator-test/vitest'
import { EmailWorker } from '../src/email-worker.js'
import { connect } from '../src/querator.js'
import { remind, sendSoon } from '../src/send-later.js'
import { test, url } from './email-test.js'

const WELCOME = { to: 'ada@example.org', subject: 'Welcome' }
const HOUR = 60 * 60 * 1000

const mailServerIsDown = async () => {
  throw new Error('421 Service not available')
}

/** So many e-mails, in one call: they stand in the queue in this order. */
function newsletter(count) {
  return Array.from({ length: count }, (_, at) => ({ reference: `news-${at + 1}`, json: { to: `reader-${at + 1}` } }))
}

test('sends an e-mail and completes it', async ({ emails, querator, startWorker }) => {
  const { sent } = startWorker()
  await sendSoon(querator, 'welcome-1', WELCOME)
  await emails.drained()
  expect(sent).toEqual(['ada@example.org'])
})

test('sends what lies in any partition', async ({ emails, querator, startWorker }) => {
  await sendSoon(querator, 'welcome-1', WELCOME)
  await sendSoon(querator, 'welcome-2', { ...WELCOME, to: 'grace@example.org' })
  const { sent } = startWorker()
  await emails.drained()
  expect(sent.toSorted()).toEqual(['ada@example.org', 'grace@example.org'])
})

test('sends four e-mails at a time', async ({ emails, startWorker }) => {
  await emails.produce(...newsletter(8))
  let sending = 0
  let most = 0
  startWorker({
    send: async () => {
      most = Math.max(most, ++sending)
      await turn()
      sending--
    },
  })
  await emails.drained()
  expect(most).toBe(4)
})

test('sends what was produced twice once', async ({ emails, querator, startWorker }) => {
  const { sent } = startWorker()
  await sendSoon(querator, 'welcome-1', WELCOME)
  await sendSoon(querator, 'welcome-1', WELCOME)
  await emails.drained()
  expect(sent).toEqual(['ada@example.org'])
  await expect(emails).toHaveCompleted(['welcome-1', 'welcome-1'])
})

test('sends a reminder a day before the appointment', async ({ clock, emails, querator, startWorker }) => {
  const { sent } = startWorker()
  await remind(querator, { id: 7, to: 'ada@example.org', startsAt: new Date(clock.now() + 10 * 24 * HOUR) })
  await clock.advance(9 * 24 * HOUR - 1000)
  await expect(emails).toHaveScheduled(['reminder-7'])
  await clock.advance(1000)
  await emails.drained()
  expect(sent).toEqual(['ada@example.org'])
})

test('tries again after 1, 2 and 4 minutes while the mail server is down', async ({
  clock,
  emails,
  querator,
  startWorker,
}) => {
  clock.freeze()
  let failures = 3
  startWorker({ send: () => failures-- > 0 && mailServerIsDown() })
  await sendSoon(querator, 'welcome-1', WELCOME)
  let times = 0
  for (const minutes of [1, 2, 4]) {
    const { until } = await emails.waitFor({ event: 'scheduled', reference: 'welcome-1', times: ++times })
    expect(until).toEqual(new Date(clock.now() + minutes * 60_000))
    await clock.advance(minutes * 60_000)
  }
  await emails.drained()
})

test('leaves an e-mail to the dead letter queue after the fourth attempt', async ({
  clock,
  emails,
  querator,
  startWorker,
}) => {
  const worker = startWorker({ send: mailServerIsDown })
  await sendSoon(querator, 'welcome-1', WELCOME)
  for (let times = 1; times < 4; times++) {
    await emails.waitFor({ event: 'retried', reference: 'welcome-1', times })
    await clock.advance('4m')
  }
  await emails.waitFor({ event: 'leased', reference: 'welcome-1', attempts: 4 })
  await worker.stop()
  await clock.advance('5m')
  await expect(emails).toHaveDeadLettered(['welcome-1'])
})

test('is not held up by e-mails that cannot be read', async ({ emails, startWorker }) => {
  await emails.produce({ reference: 'broken-1', text: '{"to":' })
  await emails.produce({ reference: 'broken-2', text: '<p>' })
  await emails.produce({ reference: 'welcome-1', json: WELCOME })
  const { sent } = startWorker()
  await emails.idle()
  expect(sent).toEqual(['ada@example.org'])
  await expect(emails).toHaveScheduled(['broken-1', 'broken-2'])
})

test('may take a minute for an e-mail', async ({ clock, emails, querator, startWorker }) => {
  await sendSoon(querator, 'welcome-1', WELCOME)
  startWorker({ send: () => clock.advance('1m') })
  await emails.waitFor({ event: 'completed', reference: 'welcome-1', attempts: 1 })
})

test('sends nothing twice whose lease ran out meanwhile', async ({ clock, emails, startWorker }) => {
  await emails.produce(...newsletter(5))
  const sent = []
  let moved
  startWorker({
    send: async ({ to }) => {
      sent.push(to)
      moved ??= clock.advance('5m')
      await moved
    },
  })
  await emails.drained()
  expect(sent.toSorted()).toEqual(['reader-1', 'reader-2', 'reader-3', 'reader-4', 'reader-5'])
})

test('goes on when there was nothing to do', async ({ clock, emails, querator, startWorker }) => {
  const { sent } = startWorker()
  await emails.quiet()
  await clock.advance('30s')
  await emails.waitFor({ event: 'lease-timed-out' })
  await sendSoon(querator, 'welcome-1', WELCOME)
  await emails.drained()
  expect(sent).toEqual(['ada@example.org'])
})

test('shares the queue with other workers', async ({ emails, querator, startWorker }) => {
  const workers = [startWorker(), startWorker()]
  await emails.quiet({ waiting: 2 })
  await sendSoon(querator, 'welcome-1', WELCOME)
  await sendSoon(querator, 'welcome-2', WELCOME)
  await emails.drained()
  expect(workers.map(({ sent }) => sent.length)).toEqual([1, 1])
})

test('works off a newsletter, and stops when it is told to', async ({ clock, daemon, emails, querator }) => {
  await emails.produce(...newsletter(20))
  const worker = new EmailWorker({ querator, send: () => turn(), now: () => clock.now() })
  const seen = await daemon.track(({ signal }) => worker.run(signal))
  expect(seen.completed).toHaveLength(20)
  await expect(emails).toBeDrained()
})

test('finishes what it began when it is stopped, and gives back the rest', async ({ emails, startWorker }) => {
  await emails.produce(...newsletter(6))
  let begun = 0
  let stopped
  const worker = startWorker({
    send: async () => {
      if (++begun === 4) stopped = worker.stop()
    },
  })
  await emails.waitFor({ event: 'completed', times: 4 })
  await stopped
  await expect(emails).toHaveCompleted(['news-1', 'news-2', 'news-3', 'news-4'])
  await expect(emails).toHaveItems(['news-5', 'news-6'])
  await expect(emails).toHaveLeased(0)
})

test('has the answer of Querator before it says that it has stopped', async ({ emails, startWorker }) => {
  await emails.produce(...newsletter(1))
  const order = []
  let stopped
  const worker = startWorker({
    send: async () => {
      emails.pause()
      stopped = worker.stop().then(() => order.push('stopped'))
    },
  })
  await emails.waitFor({ event: 'queue-paused' })
  await turn()
  order.push('completed')
  emails.resume()
  await stopped
  expect(order).toEqual(['completed', 'stopped'])
  await expect(emails).toBeDrained()
})

test('waits for a Querator that restarts', async ({ daemon, emails, startWorker }) => {
  await emails.produce(...newsletter(1))
  const troubles = [
    () => Promise.reject(new TypeError('fetch failed')),
    () => new Response('<h1>Bad Gateway</h1>', { status: 502 }),
  ]
  const fetch = (...request) => (troubles.shift() ?? daemon.fetch)(...request)
  const { sent } = startWorker({ querator: connect({ url, fetch }) })
  await emails.drained()
  expect(sent).toEqual(['reader-1'])
})

test('ends with the reason when calls are refused', async ({ emails, querator }) => {
  await emails.delete()
  const worker = new EmailWorker({ querator, send: mailServerIsDown })
  await expect(worker.run(AbortSignal.timeout(5000))).rejects.toThrow(
    "queue.lease: 400 queue does not exist; no such queue named 'emails'",
  )
})

test('the backlog tells what is ready, on its way and scheduled', async ({ clock, emails, querator }) => {
  await emails.produce(...newsletter(3))
  await remind(querator, { id: 7, to: 'ada@example.org', startsAt: new Date(clock.now() + 48 * HOUR) })
  const lease = await emails.lease()
  expect(await querator.backlog('emails')).toEqual({ ready: 2, sending: 1, scheduled: 1 })
  await lease.retry()
})

test('sends a reminder exactly a day before the appointment', async ({ clock, emails, querator, startWorker }) => {
  clock.freeze()
  const { sent } = startWorker()
  const startsAt = new Date(clock.now() + 10 * 24 * HOUR)
  await remind(querator, { id: 7, to: 'ada@example.org', startsAt })
  await expect(emails).toHaveScheduled([{ reference: 'reminder-7', in: 9 * 24 * HOUR }])
  await clock.advanceUntil({ event: 'completed', reference: 'reminder-7' }, { limit: '240h' })
  expect(sent).toEqual(['ada@example.org'])
  expect(clock.now()).toBe(startsAt.getTime() - 24 * HOUR)
})

test('backs off for an hour in one step', async ({ clock, daemon, emails, querator, startWorker }) => {
  clock.freeze()
  const began = clock.now()
  const minutes = []
  startWorker({
    send: async () => {
      minutes.push((clock.now() - began) / 60_000)
      if (minutes.length < 4) await mailServerIsDown()
    },
  })
  const seen = await daemon.track(() => sendSoon(querator, 'welcome-1', WELCOME), { until: '1h' })
  expect(minutes).toEqual([0, 1, 3, 7])
  expect(seen.completed).toMatchObject([{ reference: 'welcome-1', attempts: 4 }])
  await expect(emails).toBeDrained()
})

test('ends in the dead letter queue, however long that takes', async ({ clock, emails, querator, startWorker }) => {
  startWorker({ send: mailServerIsDown })
  await sendSoon(querator, 'welcome-1', WELCOME)
  await clock.advanceUntil({ event: 'dead-lettered', reference: 'welcome-1' })
  await expect(emails).toHaveDeadLettered([{ reference: 'welcome-1', attempts: 4 }])
})
