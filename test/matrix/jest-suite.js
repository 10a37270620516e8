const fixtures = { queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError }
const attached = Boolean(process.env.QUERATOR_ENDPOINT)
const seen = new Set()

for (const scenario of matrix.scenarios) {
  const kind = scenario.embedded ? test.embedded : test
  kind(scenario.name, () => scenario.run({ ...fixtures, attached }))
}

test.each([1, 2, 3])('each test has its own queue: %i', async (number) => {
  expect(seen.has(queue.name)).toBe(false)
  seen.add(queue.name)
  await queue.produce({ text: String(number) })
  expect((await queue.items()).map((item) => item.text())).toEqual([String(number)])
})

let attempts = 0
jest.retryTimes(2)
test('each attempt has its own queue', async () => {
  attempts++
  expect(seen.has(queue.name)).toBe(false)
  seen.add(queue.name)
  await queue.produce({ text: 'x' })
  expect((await queue.counts()).total).toBe(1)
  expect(attempts).toBe(2)
})

for (const letter of ['a', 'b', 'c']) {
  test.concurrent(`concurrent test with its own queue: ${letter}`, async () => {
    expect(seen.has(queue.name)).toBe(false)
    seen.add(queue.name)
    await matrix.alone(letter, fixtures)
  })
}

describe('hooks of the user', () => {
  let shared
  beforeAll(async () => {
    shared = await createQueue()
  })
  test('find the queue before and after the test', async () => {
    await shared.produce({ text: 'x' })
    await queue.produce({ text: 'during' })
  })
  test('keep queues that were created outside tests', async () => {
    expect((await shared.counts()).total).toBe(1)
  })
})

beforeEach(async () => {
  if (expect.getState().currentTestName?.includes('before and after')) await queue.produce({ text: 'before' })
})
afterEach(async () => {
  if (!expect.getState().currentTestName?.includes('before and after')) return
  expect((await queue.items()).map((item) => item.text())).toEqual(['before', 'during'])
})

test('queues of earlier tests are gone', async () => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  expect(seen.size).toBeGreaterThan(3)
  expect(names.filter((name) => seen.has(name))).toEqual([])
})
