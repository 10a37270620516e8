configureDaemon({ clock: 'runner' })

const attached = Boolean(process.env.QUERATOR_ENDPOINT)
const all = { queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError }
const seen = new Set()

for (const scenario of matrix.scenarios) {
  // The daemon of this file follows the clock of the runner.
  if (scenario.name === 'advancing the clock returns what happened') continue
  const kind = scenario.embedded ? test.embedded : test
  kind(scenario.name, () => scenario.run({ ...all, attached }))
}

describe('concurrent tests', { concurrency: true }, () => {
  for (const letter of ['a', 'b', 'c']) {
    test(letter, async (t) => {
      const { queue, createQueue } = fixtures(t)
      assert.ok(!seen.has(queue.name))
      seen.add(queue.name)
      await matrix.alone(letter, { queue, createQueue })
    })
  }
})

test('a nested test has its own queue', async (t) => {
  const outer = queue.name
  await queue.produce({ text: 'outer' })
  await t.test('inner', async () => {
    assert.notEqual(queue.name, outer)
    assert.equal((await queue.counts()).total, 0)
  })
  assert.equal(queue.name, outer)
})

test('works with fake timers of node:test', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] })
  await matrix.everythingThatWaits({ queue, createQueue, daemon, startTestDaemon })
})

test.embedded("clock: 'runner' follows the fake clock of node:test", async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() })
  const orders = await createQueue({ leaseTimeout: '10m' })
  await orders.produce({ reference: 'order-1' })
  await orders.lease()
  const waiting = orders.lease({ requestTimeout: '15m', clientId: 'patient' })
  t.mock.timers.tick(600_000)
  const again = await waiting
  assert.equal(again.items[0].attempts, 2)
  await again.complete()
  assert.equal(clock.now(), Date.now())
})

describe('hooks of the user', () => {
  let shared
  before(async () => {
    shared = await createQueue()
  })
  test('find the queue before and after the test', async () => {
    await shared.produce({ text: 'x' })
    await queue.produce({ text: 'during' })
  })
  test('keep queues that were created outside tests', async () => {
    assert.equal((await shared.counts()).total, 1)
  })
})

beforeEach(async (t) => {
  if (t.name.includes('before and after')) await queue.produce({ text: 'before' })
})
afterEach(async (t) => {
  if (!t.name.includes('before and after')) return
  assert.deepEqual(
    (await queue.items()).map((item) => item.text()),
    ['before', 'during'],
  )
})

test('queues of earlier tests are gone', async () => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  assert.equal(seen.size, 3)
  assert.deepEqual(
    names.filter((name) => seen.has(name)),
    [],
  )
})
