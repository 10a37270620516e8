const fixtures = { queue, createQueue, daemon, client, clock, leaks, QueratorError, isQueratorError }
const attached = Boolean(process.env.QUERATOR_ENDPOINT)
const seen = new Set()
const textsOf = (items) => items.map((item) => item.text())

for (const scenario of matrix.scenarios) {
  const kind = scenario.embedded ? test.embedded : test
  kind(scenario.name, () => scenario.run({ ...fixtures, attached }))
}

for (const number of [1, 2, 3]) {
  test(`each test has its own queue: ${number}`, async () => {
    assert.ok(!seen.has(queue.name))
    seen.add(queue.name)
    await queue.produce({ text: String(number) })
    assert.deepEqual(textsOf(await queue.items()), [String(number)])
  })
}

test('steps share the queue of the test', async (t) => {
  await t.step('one', () => queue.produce({ text: 'x' }))
  await t.step('two', async () => assert.equal((await queue.counts()).total, 1))
})

let shared
Deno.test.beforeAll(async () => {
  shared = await createQueue()
})
test('a queue of beforeAll lasts as long as the file', async () => {
  await shared.produce({ text: 'x' })
  assert.equal((await shared.counts()).total, 1)
})

test('queues of earlier tests are gone', async () => {
  const names = (await client.queuesList({ limit: 1000 })).items.map((info) => info.queueName)
  assert.equal(seen.size, 3)
  assert.deepEqual(
    names.filter((name) => seen.has(name)),
    [],
  )
})
