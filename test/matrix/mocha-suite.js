const fixtures = { queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError }
const attached = Boolean(process.env.QUERATOR_ENDPOINT)
const seen = new Set()
const textsOf = (items) => items.map((item) => item.text())

for (const scenario of matrix.scenarios) {
  const kind = scenario.embedded ? test.embedded : it
  kind(scenario.name, () => scenario.run({ ...fixtures, attached }))
}

for (const number of [1, 2, 3]) {
  it(`each test has its own queue: ${number}`, async () => {
    assert.ok(!seen.has(queue.name))
    seen.add(queue.name)
    await queue.produce({ text: String(number) })
    assert.deepEqual(textsOf(await queue.items()), [String(number)])
  })
}

let attempts = 0
it('each attempt has its own queue', async function () {
  this.retries(2)
  attempts++
  assert.ok(!seen.has(queue.name))
  seen.add(queue.name)
  await queue.produce({ text: 'x' })
  assert.equal((await queue.counts()).total, 1)
  assert.equal(attempts, 2)
})

describe('hooks of the user', () => {
  let shared
  before(async () => {
    shared = await createQueue()
  })
  it('find the queue before and after the test', async () => {
    await shared.produce({ text: 'x' })
    await queue.produce({ text: 'during' })
  })
  it('keep queues that were created outside tests', async () => {
    assert.equal((await shared.counts()).total, 1)
  })
})

beforeEach(async function () {
  if (this.currentTest.title.includes('before and after')) await queue.produce({ text: 'before' })
})
afterEach(async function () {
  if (!this.currentTest.title.includes('before and after')) return
  assert.deepEqual(textsOf(await queue.items()), ['before', 'during'])
})

it('queues of earlier tests are gone', async () => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  assert.ok(seen.size > 3)
  assert.deepEqual(
    names.filter((name) => seen.has(name)),
    [],
  )
})
