/** Loops of in-memory calls yield to the event loop, so timers fire, including those of the runner. */
import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { standIn } from '../../src/fixtures/stand-in.js'
import { queueMatchers } from '../../src/harness/matchers/queue-matchers.js'
import { startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

interface Place {
  readonly daemon: TestDaemon
  readonly queue: TestQueue
}

/** Calls to repeat until a timer fires. What they throw is ignored. */
const TURNS: Record<string, (place: Place) => unknown> = {
  'lease and retry': async ({ queue }) => (await queue.lease()).retry(),
  produce: ({ queue }) => queue.produce({}),
  'produce of an invalid item': ({ queue }) => queue.produce({ json: 1, text: '' }),
  counts: ({ queue }) => queue.counts(),
  items: ({ queue }) => queue.items(),
  snapshot: ({ queue }) => queue.snapshot(),
  'a wait for a past event': ({ queue }) => queue.waitFor({ event: 'produced' }),
  'a wait with an unknown option': ({ queue }) => queue.waitFor({ event: 'produced', nonsense: 1 } as never),
  idle: ({ daemon }) => daemon.queue('empty').idle(),
  drained: ({ daemon }) => daemon.queue('empty').drained(),
  'advance by zero': ({ daemon }) => daemon.clock.advance(0),
  'advance by an invalid duration': ({ daemon }) => daemon.clock.advance('soon'),
  'a matcher that reads the event record': ({ queue }) => queueMatchers.toHaveCompleted(queue, 1),
  'a matcher that reads storage': ({ queue }) => queueMatchers.toHaveDepth(queue, 7),
  'a recording of nothing': ({ daemon }) => daemon.recording(() => undefined),
  'a recording with an unknown option': ({ daemon }) => daemon.recording(() => undefined, { nonsense: 1 } as never),
  'a client call': ({ daemon }) => daemon.client.queuesList({}),
  'an invalid client call': ({ daemon }) => daemon.client.queuesList({ limit: 'x' as never }),
  'a call with an aborted signal': ({ queue }) => queue.lease({ signal: AbortSignal.abort() }),
  fetch: ({ daemon }) => daemon.fetch('/v1/queues.list', { method: 'POST', body: '{}' }),
  'fetch of an invalid URL': ({ daemon }) => daemon.fetch('http://'),
  'fetch with an aborted signal': ({ daemon }) => daemon.fetch('/health', { signal: AbortSignal.abort() }),
  'a lease that is aborted at once': async ({ daemon }) => {
    const controller = new AbortController()
    const leased = daemon.queue('empty').lease({ signal: controller.signal })
    controller.abort()
    await leased
  },
  'HTTP over an in-memory connection': ({ daemon }) => overConnection(daemon),
  'the same event again': async ({ daemon }) => {
    for await (const _ of daemon.events) break
  },
  'a call on an unknown queue': ({ daemon }) => daemon.queue('unknown').produce({}),
  'creating a queue that exists': ({ daemon, queue }) => daemon.createQueue({ name: queue.name }),
  'creating a queue with an unknown option': ({ daemon }) => daemon.createQueue({ nonsense: 1 } as never),
  listen: ({ daemon }) => daemon.listen(),
  'starting a daemon': () => startTestDaemon(),
  'a call on a closed daemon': async ({ daemon }) => {
    await daemon.close()
    await daemon.createQueue()
  },
  'a client of a closed daemon': async ({ daemon, queue }) => {
    await daemon.close()
    await queue.lease()
  },
  'a connection to a closed daemon': async ({ daemon }) => {
    await daemon.close()
    await overConnection(daemon)
  },
  'a queue used outside a test': () => {
    const outside = standIn<TestQueue>(() => {
      throw new Error('no test runs')
    }, ['lease'])
    return outside.lease()
  },
}

function overConnection(daemon: TestDaemon): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ path: '/health', createConnection: () => daemon.connect() as never })
    sent.once('response', (response) => response.resume().once('end', resolve))
    sent.once('error', reject)
    sent.end()
  })
}

test.each(Object.entries(TURNS))('a loop of this call lets timers fire: %s', async (_, again) => {
  const daemon = await startTestDaemon({ clock: 'frozen' })
  await daemon.createQueue({ name: 'empty' })
  const queue = await daemon.createQueue()
  await queue.produce({ reference: 'a' })
  let fired = false
  setTimeout(() => {
    fired = true
  }, 1)
  while (!fired) {
    try {
      await again({ daemon, queue })
    } catch {
      // The loop of a worker that catches every error.
    }
  }
  await daemon.close()
})

test('iterating over events while creating new ones lets timers fire', async () => {
  const daemon = await startTestDaemon()
  const queue = await daemon.createQueue()
  setTimeout(() => daemon.close(), 1)
  for await (const _ of daemon.events) {
    if (daemon.closed) break
    queue.pause()
    queue.resume()
  }
  expect(daemon.closed).toBe(true)
})

test('a call takes effect at once, even when its reply waits for the event loop', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen' })
  const queue = await daemon.createQueue()
  for (let round = 0; round < 300; round++) {
    const produced = queue.produce({})
    expect(daemon.events.count).toBe(round + 2)
    await produced
  }
})

test('replies that wait for the event loop keep their order, and advance waits for them', async () => {
  const daemon = await startTestDaemon({ clock: 'frozen' })
  const queue = await daemon.createQueue()
  for (let round = 0; round < 300; round++) {
    const answers: number[] = []
    const answered = (number: number) => () => void answers.push(number)
    void daemon.client.queueReload({ queueName: queue.name }).then(answered(1))
    void daemon.client.queueClear({ queueName: queue.name, queue: true }).then(answered(2))
    void queue.lease({ requestTimeout: '1s' }).catch(answered(3))
    await daemon.clock.advance('1s')
    expect(answers).toEqual([1, 2, 3])
  }
})
