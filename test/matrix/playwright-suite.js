const attached = Boolean(process.env.QUERATOR_ENDPOINT)
const seen = new Set()

for (const scenario of matrix.scenarios) {
  const kind = scenario.embedded ? test.embedded : test
  kind(scenario.name, ({ queue, createQueue, daemon, client, clock, leaks }) =>
    scenario.run({ queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError, attached }),
  )
}

for (const number of [1, 2, 3]) {
  test(`each test has its own queue: ${number}`, async ({ queue }) => {
    expect(seen.has(queue.name)).toBe(false)
    seen.add(queue.name)
    await queue.produce({ text: String(number) })
    expect((await queue.items()).map((item) => item.text())).toEqual([String(number)])
  })
}

test.afterEach(async ({ queue }, { title }) => {
  if (!title.includes('before and after')) return
  expect((await queue.items()).map((item) => item.text())).toContain('during')
})
test('hooks of the user find the queue before and after the test', async ({ queue }) => {
  await queue.produce({ text: 'during' })
})

test('queues of earlier tests are gone', async ({ client }) => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  expect(seen.size).toBe(3)
  expect(names.filter((name) => seen.has(name))).toEqual([])
})

test.fail('a test that is expected to fail reports nothing', async ({ queue }) => {
  await queue.produce({ text: 'x' })
  await queue.lease()
  throw new Error('as expected')
})

test('the matchers know queues', async ({ queue, queratorUrl }) => {
  await queue.produce({ reference: 'a' })
  await expect(queue).toHaveItems(['a'])
  await expect(queue).not.toBeDrained()
  expect((await fetch(`${queratorUrl}/health`)).ok).toBe(true)
})

test.describe('parallel tests have their own queues', () => {
  test.describe.configure({ mode: 'parallel' })
  for (const letter of ['a', 'b', 'c']) {
    test(letter, ({ queue, createQueue }) => matrix.alone(letter, { queue, createQueue }))
  }
})

test.embedded('moves time of the daemon', async ({ clock }) => {
  const before = clock.now()
  await clock.advance('1h')
  expect(clock.now() - before).toBeGreaterThanOrEqual(3_600_000)
})
