/** A check that passes only because a crash took what was left to do passes, and the log says why. */
import { expect, test } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import {
  queueMatchers,
  startTestDaemon,
  type TestDaemon,
  type TestDaemonOptions,
  type TestQueue,
} from '../../src/index.js'
import { messageOf } from '../support/message-of.js'

const ORDERS = { name: 'orders', 'lease-timeout': '1m', 'expire-timeout': '24h', 'requested-partitions': 1 }
const PASSED = { outcome: 'passed' } as const
const FAILED = { outcome: 'failed', errors: [new Error('too few')] } as const
const TODO =
  ". If your production keeps items, set keeps: 'items'. If not, let your code produce them again, or check what was done with toHaveCompleted()"

/** A daemon with the queue `orders`, and the warnings that it logs, without the lines of calls. */
async function noticing(options: TestDaemonOptions = {}) {
  const warnings: string[] = []
  const log: TestDaemonOptions['log'] = ({ level, message }) => {
    if (level === 'warn') warnings.push(message.replaceAll(/ \(test[^)]*\)/g, ' (here)'))
  }
  const config = { queues: [ORDERS] }
  const daemon = await startTestDaemon({ endpoint: '', clock: 'frozen', config, callSites: true, log, ...options })
  return { daemon, warnings, queue: daemon.queue('orders'), [Symbol.asyncDispose]: () => daemon.close() }
}

function begin(daemon: TestDaemon, name = 'one') {
  daemon.forRunner.isOfFixtures = true
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'error' })
}

async function loseTwo(daemon: TestDaemon, queue: TestQueue): Promise<void> {
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
  await (await queue.lease()).complete()
  await daemon.crash()
  await daemon.restart({ after: '30s' })
}

const CHECKS: Record<string, (queue: TestQueue, daemon: TestDaemon) => Promise<unknown>> = {
  'drained()': (queue) => queue.drained(),
  'idle()': (queue) => queue.idle(),
  'drain()': (queue) => queue.drain(() => {}),
  'toBeDrained()': (queue) => assertQueue(queue).toBeDrained(),
  'toHaveItems()': (queue) => assertQueue(queue).toHaveItems([]),
  'toHaveDepth()': (queue) => assertQueue(queue).toHaveDepth(0),
  'track()': (_, daemon) => daemon.track(() => {}),
  'recovered()': (_, daemon) => daemon.recovered({ optional: true }),
}

test.each(Object.entries(CHECKS))('%s says once that it passed because items were lost', async (name, check) => {
  await using seen = await noticing()
  const { daemon, warnings, queue } = seen
  const one = begin(daemon)
  await loseTwo(daemon, queue)
  await check(queue, daemon)
  await check(queue, daemon)
  expect(warnings).toEqual([])
  await one.end(PASSED)
  expect(warnings).toEqual([
    `2 items of 'orders' were lost in the crash (here) and not produced again (b, c): ${name} passed because of that${TODO}`,
  ])
  // Items that were lost in another test are not its own.
  const two = begin(daemon, 'two')
  await check(queue, daemon)
  await two.end(PASSED)
  expect(warnings).toHaveLength(1)
})

test('warns for a wait that moved the clock, and for each crash', async () => {
  await using seen = await noticing()
  const { daemon, warnings, queue } = seen
  const one = begin(daemon)
  await queue.produce({ reference: 'a' })
  await daemon.crash({ keeps: 'queues' })
  await daemon.restart()
  await daemon.clock.advanceUntil(queue.drained())
  await queue.produce({ reference: 'b' }, { reference: 'c' }, { reference: 'd' }, { reference: 'e' })
  await daemon.restart({ keeps: 'queues' })
  await queue.drained()
  await one.end(PASSED)
  expect(warnings).toEqual([
    expect.stringMatching(
      /^1 item of 'orders' was lost in the crash \(here\) and not produced again \(a\): drained\(\)/,
    ),
    expect.stringMatching(
      /^4 items of 'orders' were lost in the restart \(here\) and .* \(b, c, d, and 1 more\): drained/,
    ),
  ])
})

test('items that are produced again are not lost, also after the check, and of those without a reference as many as came back', async () => {
  await using seen = await noticing({ keeps: 'queues' })
  const { daemon, warnings, queue } = seen
  const one = begin(daemon)
  await queue.produce({ reference: 'a' }, { reference: 'a' }, { reference: 'b' }, { json: 1 }, { json: 1 }, { json: 2 })
  await daemon.restart()
  await assertQueue(queue).toHaveItems([])
  await queue.produce({ reference: 'a' }, { reference: 'b' }, { json: 1 }, { json: 1 }, { json: 2 })
  await queue.drain(() => {})
  await one.end(PASSED)
  expect(warnings).toEqual([])
  const two = begin(daemon, 'two')
  await queue.produce({ json: 1 }, { json: 1 })
  await daemon.restart()
  await queue.produce({ json: 1 })
  await queue.drain(() => {})
  await two.end(PASSED)
  expect(warnings).toEqual([expect.stringMatching(/^1 item of 'orders' was lost in the restart/)])
})

test('nothing is said if no such check passed after the loss, or the test failed, or notices are off', async () => {
  await using seen = await noticing({ keeps: 'queues' })
  const { daemon, warnings, queue } = seen
  const one = begin(daemon)
  await queue.drained()
  await loseTwo(daemon, queue)
  await queue.produce({ reference: 'd' })
  await assertQueue(queue).toHaveItems(['d'])
  await assertQueue(queue).toHaveDepth(1)
  await assertQueue(queue).toHaveCompleted(1)
  expect(await messageOf(assertQueue(queue).toBeDrained())).toContain('2 items were lost')
  await one.end(PASSED)
  const two = begin(daemon, 'two')
  await loseTwo(daemon, queue)
  await queue.drained()
  await two.end(FAILED)
  const three = begin(daemon, 'three')
  await queue.produce({ reference: 'later', enqueueAt: new Date(daemon.clock.now() + 3_600_000) })
  await daemon.restart()
  // It does not ask for scheduled items.
  await queue.idle()
  await three.end(PASSED)
  expect(warnings).toEqual([])
  await using quiet = await noticing({ keeps: 'queues', notices: 'report' })
  const four = begin(quiet.daemon)
  await loseTwo(quiet.daemon, quiet.queue)
  await quiet.queue.drained()
  await four.end(PASSED)
  expect(quiet.warnings).toEqual([])
})

test('a queue from before the test counts for checks that name it, and for others if the test did something in it', async () => {
  await using seen = await noticing({ keeps: 'queues' })
  const { daemon, warnings, queue } = seen
  await queue.produce({ reference: 'a' })
  const one = begin(daemon)
  await daemon.restart()
  await daemon.track(() => {})
  await one.end(PASSED)
  expect(warnings).toEqual([])
  const two = begin(daemon, 'two')
  await daemon.restart()
  await daemon.track(() => {}, { queues: [queue] })
  await two.end(PASSED)
  expect(warnings).toEqual([expect.stringMatching(/\(a\): track\(\) passed/)])
})

test('without a runner, the check says so at once', async () => {
  await using seen = await noticing()
  await loseTwo(seen.daemon, seen.queue)
  await seen.queue.drained()
  expect(seen.warnings).toHaveLength(1)
  await assertQueue(seen.queue).toBeDrained()
  expect(seen.warnings).toHaveLength(1)
})

test('track says so if a queue of the test is gone: it passes with a notice, or fails if the test names the queue', async () => {
  await using seen = await noticing({ config: undefined as never, keeps: 'nothing' })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create()
  await queue.produce({ reference: 'a' })
  expect(await daemon.track(() => daemon.restart(), { until: '1h' })).toMatchObject({ completed: [], refused: [] })
  expect(await messageOf(daemon.track(() => {}, { queues: [queue] }))).toMatch(
    /^the queue 'one-1' was lost in the restart \(test[^)]+\): the daemon kept nothing; create it again/,
  )
  await one.end(PASSED)
  expect(warnings).toEqual([
    "the queue 'one-1' was lost in the restart (here), with 1 item, and not created again: track() passed because of that. If your production keeps queues, set keeps: 'queues' or keeps: 'items'. If not, let your code create it again, or wait for the loss with waitFor({ event: 'queue-lost' })",
  ])
  const two = begin(daemon, 'two')
  const other = await two.create()
  await daemon.track(() => daemon.restart())
  await daemon.createQueue({ name: other.name })
  await two.end(PASSED)
  expect(warnings).toHaveLength(1)
})

test('a track that gives up names a queue that is gone', async () => {
  await using seen = await noticing({ config: undefined as never, keeps: 'nothing' })
  const { daemon } = seen
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  const endless = daemon.track(() => daemon.restart().then(() => new Promise(() => {})), { within: 50 })
  expect((await messageOf(endless)).split('\n')).toContainEqual(
    expect.stringMatching(/^the queue 'orders' was lost in the restart \(test/),
  )
})

test('nothing is said of a lost queue that the test never used', async () => {
  await using seen = await noticing({ config: undefined as never, keeps: 'nothing' })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  await one.create({ deadQueue: true })
  await daemon.restart()
  await daemon.track(() => {})
  await daemon.recovered({ optional: true })
  await one.end(PASSED)
  expect(warnings).toEqual([])
  const two = begin(daemon, 'two')
  const used = await two.create({ deadQueue: true })
  await used.produce({})
  await used.drain(() => {})
  await daemon.restart()
  await daemon.track(() => {})
  await two.end(PASSED)
  expect(warnings).toEqual([
    expect.stringMatching(/^the queue 'two-1' was lost in the restart \(here\) and not created/),
  ])
})

const SIGNS: Record<string, (queue: TestQueue, daemon: TestDaemon) => Promise<unknown>> = {
  'toHaveCompleted()': (queue) => assertQueue(queue).toHaveCompleted(['a']),
  'toHaveCompleted() on a recording': async (queue, daemon) => {
    const seen = await daemon.recording(() => queue.history())
    await queueMatchers.toHaveCompleted(seen, queue.name, [])
  },
  "waitFor({ event: 'item-lost' })": (queue) => queue.waitFor({ event: 'item-lost', reference: 'b' }),
}

test.each(Object.entries(SIGNS))('a test that passed %s knows of the loss', async (_, sign) => {
  await using seen = await noticing({ keeps: 'queues' })
  const { daemon, warnings, queue } = seen
  const one = begin(daemon)
  await loseTwo(daemon, queue)
  await sign(queue, daemon)
  await queue.drained()
  await one.end(PASSED)
  const two = begin(daemon, 'two')
  await loseTwo(daemon, queue)
  await queue.drained()
  await sign(queue, daemon).catch(() => assertQueue(queue).toHaveCompleted(['a', 'a']))
  await two.end(PASSED)
  expect(warnings).toEqual([])
  // It says nothing of what is lost later, nor of another queue.
  const three = begin(daemon, 'three')
  const other = await three.create()
  await queue.produce({ reference: 'd' })
  await other.produce({ reference: 'e' })
  await daemon.restart()
  await queue.waitFor({ event: 'item-lost', reference: 'd' })
  await queue.produce({ reference: 'f' })
  await daemon.restart()
  await queue.drained()
  await other.drained()
  await three.end(PASSED)
  expect(warnings).toEqual([
    expect.stringMatching(/^1 item of 'orders' was lost .* \(f\)/),
    expect.stringMatching(/^1 item of 'three-1' was lost .* \(e\)/),
  ])
})

test("a test that waited for 'queue-lost' knows that the queue is gone", async () => {
  await using seen = await noticing({ config: undefined as never, keeps: 'nothing' })
  const { daemon, warnings } = seen
  const one = begin(daemon)
  const queue = await one.create()
  await queue.produce({ reference: 'a' })
  await daemon.track(() => daemon.restart())
  await queue.waitFor({ event: 'queue-lost' })
  await one.end(PASSED)
  expect(warnings).toEqual([])
})

test('what is lost after the check is not what it passed for', async () => {
  await using seen = await noticing({ config: undefined as never, keeps: 'nothing' })
  const { daemon, warnings } = seen
  const zero = begin(daemon, 'zero')
  await daemon.restart()
  await zero.end(PASSED)
  // The daemon lives for the second time, and something may be lost at any time.
  const one = begin(daemon)
  await daemon.restart()
  const queue = await one.create()
  await queue.produce({ reference: 'a' })
  await queue.drain(() => {})
  await queue.drained()
  await daemon.restart()
  await one.end(PASSED)
  expect(warnings).toEqual([])
  const two = begin(daemon, 'two')
  await daemon.restart({ keeps: 'queues' })
  const other = await two.create()
  await other.drained()
  await other.produce({ reference: 'b' })
  await daemon.restart({ keeps: 'queues' })
  await two.end(PASSED)
  expect(warnings).toEqual([])
})

test.each<[string, (queue: TestQueue, daemon: TestDaemon) => Promise<unknown>]>([
  [
    'deleted and made again',
    async (queue, daemon) => {
      await queue.delete()
      await daemon.createQueue({ name: 'orders' })
    },
  ],
  ['cleared', (queue) => queue.clear()],
  ['cleared of what waits', (_, daemon) => daemon.client.queueClear({ queueName: 'orders', queue: true })],
])('what a queue had lost before it was %s is not missed', async (_, empty) => {
  await using seen = await noticing({ config: undefined as never, keeps: 'queues' })
  const { daemon, warnings } = seen
  await (await daemon.createQueue({ name: 'orders' })).produce({ reference: 'a' })
  await daemon.restart()
  await empty(daemon.queue('orders'), daemon)
  const again = daemon.queue('orders')
  await again.produce({ reference: 'b' })
  await again.drain(() => {})
  await again.drained()
  expect(warnings).toEqual([])
  await again.produce({ reference: 'c' })
  await daemon.restart()
  await again.drained()
  expect(warnings).toEqual([expect.stringMatching(/^1 item of 'orders' was lost .* \(c\)/)])
})

test('each test warns only for its own checks, even if it runs inside another test', async () => {
  await using seen = await noticing({ keeps: 'queues' })
  const { daemon, warnings } = seen
  const outer = begin(daemon)
  const outerQueue = await outer.create()
  await outerQueue.produce({ reference: 'a' }, { reference: 'b' })
  await daemon.restart()
  await outerQueue.drained()
  const inner = new QueuesOfTest(daemon, { name: 'in', file: undefined, timeout: 5000, leaks: 'error', outer })
  const innerQueue = await inner.create()
  await innerQueue.produce({ reference: 'c' })
  await daemon.restart()
  await innerQueue.drained()
  await inner.end(PASSED)
  expect(warnings).toEqual([expect.stringMatching(/^1 item of 'in-1' was lost .* \(c\)/)])
  await outerQueue.produce({ reference: 'a' })
  await outerQueue.drain(() => {})
  await outer.end(PASSED)
  expect(warnings.slice(1)).toEqual([expect.stringMatching(/^1 item of 'one-1' was lost .* \(b\)/)])
})

test.each([
  ['without places of calls', false],
  ['from one line', true],
])('warns for each of several crashes %s', async (_, callSites) => {
  await using seen = await noticing({ keeps: 'queues', callSites })
  const { daemon, warnings, queue } = seen
  for (const reference of ['a', 'b']) {
    await queue.produce({ reference })
    await daemon.restart()
    await queue.drained()
  }
  expect(warnings).toEqual([expect.stringMatching(/ \(a\): drained/), expect.stringMatching(/ \(b\): drained/)])
  const one = begin(daemon)
  for (const reference of ['c', 'd']) {
    await queue.produce({ reference })
    await daemon.restart()
  }
  await queue.drained()
  await one.end(PASSED)
  expect(warnings.slice(2)).toEqual([
    expect.stringMatching(/ \(c\): drained/),
    expect.stringMatching(/ \(d\): drained/),
  ])
})

test('a check that does not ask for scheduled items hides nothing from one that does', async () => {
  await using seen = await noticing({ keeps: 'queues' })
  const { daemon, warnings, queue } = seen
  const one = begin(daemon)
  const later = new Date(daemon.clock.now() + 3_600_000)
  await queue.produce({ reference: 'later', enqueueAt: later })
  await daemon.restart()
  await queue.idle()
  await queue.drained()
  await queue.produce({ reference: 'now' }, { reference: 'then', enqueueAt: later })
  await daemon.restart()
  await queue.idle()
  await queue.drained()
  await one.end(PASSED)
  expect(warnings).toEqual([
    expect.stringMatching(/^1 item of 'orders' was lost .* \(later\): drained/),
    expect.stringMatching(/^2 items of 'orders' were lost .* \(now, then\): drained/),
  ])
})

test('checks read each event at most once for all queues, and none if nothing was lost', async () => {
  await using seen = await noticing({ config: undefined as never, keeps: 'queues' })
  const { daemon, warnings } = seen
  const { record } = daemon.forRunner.place('observe').daemon
  let [looks, kinds] = [0, 0]
  const [at, kindAt] = [record.at.bind(record), record.kindAt.bind(record)]
  record.at = (number) => {
    looks++
    return at(number)
  }
  record.kindAt = (number) => {
    kinds++
    return kindAt(number)
  }
  let ofChecks = { looks, kinds }
  const { passed } = daemon.forRunner
  const end = passed.end.bind(passed)
  passed.end = (...given) => {
    looks = 0
    kinds = 0
    end(...given)
    ofChecks = { looks, kinds }
  }
  const zero = begin(daemon, 'zero')
  await daemon.restart()
  await zero.end(PASSED)
  /** Returns how many events the checks read at the end of a test with many queues. */
  const looksAtEnd = async (name: string, restart: () => Promise<void>) => {
    const one = begin(daemon, name)
    const queues: TestQueue[] = []
    for (let number = 0; number < 10; number++) queues.push(await one.create())
    for (const queue of queues) await queue.produce({ reference: 'a' }, { reference: 'b' }, { reference: 'c' })
    await restart()
    for (const queue of queues) await queue.drain(() => {})
    for (const queue of queues) await queue.drained()
    await one.end(PASSED)
    return ofChecks
  }
  expect(await looksAtEnd('one', async () => {})).toEqual({ looks: 0, kinds: 0 })
  expect(await looksAtEnd('two', () => daemon.restart({ keeps: 'items' }))).toMatchObject({ looks: 0 })
  expect(warnings).toEqual([])
  const before = record.count
  // One more for each queue, to say how.
  const { looks: all } = await looksAtEnd('three', () => daemon.restart())
  expect(all).toBeLessThanOrEqual(record.count - before + 10)
  expect(warnings).toHaveLength(10)
})
