const fixtures = { queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError }
const attached = Boolean(process.env.QUERATOR_ENDPOINT)
const seen = new Set()
const textsOf = (items) => items.map((item) => item.text())

for (const scenario of matrix.scenarios) {
  const kind = scenario.embedded ? test.embedded : test
  kind(scenario.name, () => scenario.run({ ...fixtures, attached }))
}

test.each([1, 2, 3])('each test has its own queue: %i', async (number) => {
  expect(seen.has(queue.name)).toBe(false)
  seen.add(queue.name)
  await queue.produce({ text: String(number) })
  expect(textsOf(await queue.items())).toEqual([String(number)])
})

describe('hooks of the user', () => {
  let shared
  beforeAll(async () => {
    shared = await createQueue()
  })
  beforeEach(async () => {
    await queue.produce({ text: 'before' })
  })
  afterEach(async () => {
    expect(textsOf(await queue.items())).toEqual(['before', 'during'])
  })
  test('find the queue before and after the test', async () => {
    await shared.produce({ text: 'x' })
    await queue.produce({ text: 'during' })
  })
  test('keep queues that were created outside tests', async () => {
    expect((await shared.counts()).total).toBe(1)
    await queue.produce({ text: 'during' })
  })
})

test('queues of earlier tests are gone', async () => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  expect(seen.size).toBe(3)
  expect(names.filter((name) => seen.has(name))).toEqual([])
})
