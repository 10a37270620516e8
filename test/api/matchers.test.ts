/** The queue matchers: each passes, fails, works with `not`, and refuses wrong arguments. */
import { beforeEach, describe, expect as plainExpect, vi } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { startTestDaemon, type TestQueue } from '../../src/index.js'

vi.stubEnv('VITEST', 'true')
const { expect, testWith } = await import('../../src/runners/vitest/vitest.js')
const test = testWith({ clock: { start: new Date('2026-01-01T00:00:00Z') }, log: 'silent' })

/** The message of a failed assertion, without the call sites in this file. */
async function failure(claim: Promise<unknown>): Promise<string[]> {
  const error = await claim.then(
    () => new Error('it holds'),
    (reason: unknown) => reason as Error,
  )
  return error.message.replace(/ \(test\/api\/\S+\)/g, '').split('\n')
}

describe('each matcher passes and fails, also with not', () => {
  let queue: TestQueue
  /** One passing and one failing assertion for each matcher, on a queue in which everything has happened once. */
  const CLAIMS: [string, (claims: ReturnType<typeof assertQueue>) => Promise<void>, typeof fails][] = [
    ['toHaveItems', (of) => of.toHaveItems(['held', 'free']), (of) => of.toHaveItems(['free', 'held'])],
    [
      'toHaveItems, partial',
      (of) => of.toHaveItems([{ attempts: 2 }, { json: { id: 4 } }]),
      (of) => of.toHaveItems([]),
    ],
    ['toHaveDepth', (of) => of.toHaveDepth(2), (of) => of.toHaveDepth(3)],
    ['toHaveLeased', (of) => of.toHaveLeased(1), (of) => of.toHaveLeased(0)],
    ['toHaveLeased, by', (of) => of.toHaveLeased(['held'], { by: 'w' }), (of) => of.toHaveLeased(1, { by: 'x' })],
    ['toHaveScheduled', (of) => of.toHaveScheduled(['later']), (of) => of.toHaveScheduled(2)],
    [
      'toHaveScheduled, in',
      (of) => of.toHaveScheduled([{ reference: 'later', in: 1e6 }]),
      (of) => of.toHaveScheduled([{ in: 1 }]),
    ],
    [
      'toHaveProduced',
      (of) => of.toHaveProduced(['dead', 'done', 'held', 'free', 'later']),
      (of) => of.toHaveProduced([]),
    ],
    ['toHaveProduced, number', (of) => of.toHaveProduced(5), (of) => of.toHaveProduced(4)],
    ['toHaveCompleted', (of) => of.toHaveCompleted(['done']), (of) => of.toHaveCompleted(['held'])],
    ['toHaveCompleted, number', (of) => of.toHaveCompleted(1), (of) => of.toHaveCompleted(2)],
    ['toHaveDeadLettered', (of) => of.toHaveDeadLettered([{ reference: 'dead' }]), (of) => of.toHaveDeadLettered([])],
  ]
  const fails = (claims: ReturnType<typeof assertQueue>) => claims.toBeDrained()

  beforeEach(async () => {
    const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
    queue = await daemon.createQueue({ maxAttempts: 2, deadQueue: true })
    await queue.produce({ reference: 'dead' })
    for (let attempt = 0; attempt < 2; attempt++) {
      await queue.lease()
      await daemon.clock.advance('1m')
    }
    await queue.produce({ reference: 'done' }, { reference: 'held' })
    const lease = await queue.lease({ batchSize: 2 })
    await lease.items[0]?.complete()
    await lease.items[1]?.retry()
    await queue.lease({ clientId: 'w' })
    await queue.produce({ reference: 'free', json: { id: 4 } })
    await queue.produce({ reference: 'later', enqueueAt: new Date(daemon.clock.now() + 1e6) })
  })

  test.for([...CLAIMS, ['toBeDrained', (of) => of.not.toBeDrained(), fails] as (typeof CLAIMS)[number]])('%s', async ([
    ,
    holds,
    doesNot,
  ]) => {
    await holds(assertQueue(queue))
    await plainExpect(doesNot(assertQueue(queue))).rejects.toMatchObject({ name: 'AssertionError' })
    // The same through expect.
    await holds(expect(queue) as never)
    await plainExpect(doesNot(expect(queue) as never)).rejects.toThrow(/^expected 'queue-1' /)
  })

  test.for(CLAIMS)('not %s', async ([, holds, doesNot]) => {
    const { not } = assertQueue(queue)
    await doesNot(not as never)
    await plainExpect(holds(not as never)).rejects.toThrow(/^expected 'queue-1' not /)
    await doesNot(expect(queue).not as never)
    await plainExpect(holds(expect(queue).not as never)).rejects.toThrow(/^expected 'queue-1' not /)
  })
})

test('toBeDrained and toHaveAttempts pass and fail', async ({ queue, clock }) => {
  await expect(queue).toBeDrained()
  await expect(queue).not.toHaveAttempts(0)
  await queue.produce({}, {})
  await expect(queue).toHaveAttempts(0)
  await queue.lease()
  await clock.advance('1m')
  await expect(queue).not.toHaveAttempts(0)
  await queue.lease()
  await clock.advance('1m')
  await expect(queue).toHaveAttempts(1)
})

test('accepts asymmetric matchers for a field, inside a payload and for a whole item', async ({ queue }) => {
  await queue.produce({ reference: 'a', kind: 'order', json: { id: 7, at: 'now' } }, { bytes: new Uint8Array([1, 2]) })
  await expect(queue).toHaveItems([
    { reference: expect.stringMatching(/^a/), json: { id: expect.any(Number), at: 'now' } },
    { bytes: new Uint8Array([1, 2]), text: '\u0001\u0002', json: undefined },
  ])
  await expect(queue).toHaveItems([expect.objectContaining({ kind: 'order' }), expect.anything()])
  await expect(queue).not.toHaveItems([{ json: { id: 7 } }, {}])
  await expect(queue).not.toHaveItems([{ json: { id: 7, at: 'now', more: 1 } }, {}])
})

test('a failure shows the queue as a table, marks the differences and prints timelines', async ({
  createQueue,
  clock,
}) => {
  const queue = await createQueue({ name: 'orders', maxAttempts: 3 })
  await queue.produce({ reference: 'order-1', json: { id: 1 } }, { reference: 'order-2', json: { id: 2 } })
  await queue.lease({ clientId: 'w1' })
  await clock.advance('1m')
  expect(await failure(expect(queue).toHaveItems(['order-1', 'order-2']))).toEqual([
    "expected 'orders' to have these items, in this order",
    '',
    '   reference  state  attempts  payload',
    '✗  order-2    free   0         {"id":2}  ← expected \'order-1\'',
    '✗  order-1    free   1         {"id":1}  ← expected \'order-2\'',
    '',
    'timeline of order-2:',
    '  +0s  produced',
    'timeline of order-1:',
    '  +0s    produced',
    '  +0s    leased by w1 for 1m0s, attempt 1',
    '  +1m0s  lease-expired by w1',
  ])
})

test('a failure shows what became of missing items, and does not mark the others as wrong', async ({ createQueue }) => {
  const queue = await createQueue({ name: 'orders' })
  const produced = ['done', 'a', 'b', 'c', 'd'].map((reference, id) => ({ reference, json: { id } }))
  await queue.produce(...produced)
  await (await queue.lease({ clientId: 'w' })).complete()
  const expected = ['c', 'done', 'a', { reference: 'b', json: { id: 7 } }, 'never', 'd', { kind: 'x' }]
  expect(await failure(expect(queue).toHaveItems(expected))).toEqual([
    "expected 'orders' to have these items, in this order",
    '',
    '   reference  state  attempts  payload',
    '   a          free   0         {"id":1}',
    '✗  b          free   0         {"id":2}  ← expected { reference: \'b\', json: { id: 7 } }',
    '✗  c          free   0         {"id":3}  ← out of order',
    '   d          free   0         {"id":4}',
    "✗ missing: 'done'",
    "✗ missing: 'never', which was never in this queue",
    "✗ missing: { kind: 'x' }",
    '',
    'timeline of done:',
    '  +0s  produced',
    '  +0s  leased by w for 1m0s, attempt 1',
    '  +0s  completed by w',
    'timeline of b:',
    '  +0s  produced',
    'timeline of c:',
    '  +0s  produced',
  ])
})

test('failures handle numbers, items without a reference, bytes and long lists', async ({ createQueue }) => {
  const queue = await createQueue({ name: 'many' })
  await queue.produce(...Array.from({ length: 25 }, (_, at) => ({ text: at === 0 ? 'x'.repeat(60) : `${at}` })))
  const lines = await failure(expect(queue).toHaveDepth(1))
  expect(lines[0]).toBe("expected 'many' to have 1 item, but there are 25")
  expect(lines[3]).toMatch(/^ {3}\w{27} {2}free {3}0 {9}x{39}…$/)
  expect(lines).toContain('   … 5 more')
  expect(lines.filter((line) => line.startsWith('timeline'))).toHaveLength(3)
  expect((await failure(expect(queue).toHaveLeased(2)))[2]).toBe('  (no items)')
})

test('wrong arguments throw an error that says what is right', async ({ queue, daemon }) => {
  for (const [claim, message] of [
    [
      () => expect('orders').toBeDrained(),
      'toBeDrained is about a queue, as createQueue() and the fixture queue make them; got orders',
    ],
    [
      () => expect({}).not.toBeDrained(),
      'toBeDrained is about a queue, as createQueue() and the fixture queue make them; got a Object',
    ],
    [() => expect(queue).toHaveDepth(-1), 'toHaveDepth takes a whole number, 0 or more; got -1'],
    [() => expect(queue).not.toHaveDepth('1' as never), 'toHaveDepth takes a whole number, 0 or more; got 1'],
    [() => expect(queue).toHaveAttempts(0.5), 'toHaveAttempts takes a whole number, 0 or more; got 0.5'],
    [() => expect(queue).toHaveItems('a' as never), 'toHaveItems takes a list of items; got a'],
    [
      () => expect(queue).toHaveScheduled([{ refrence: 'a' } as never]),
      "toHaveScheduled: items have no field 'refrence'; they have: reference, kind, encoding, attempts, partition, id, json, text, bytes, in, at, delta",
    ],
    [() => expect(queue).toHaveCompleted(null as never), 'toHaveCompleted takes a list of items; got null'],
    [
      () => expect(queue).toHaveDeadLettered({} as never),
      'toHaveDeadLettered takes a list of items; got [object Object]',
    ],
    [() => expect(queue).toHaveProduced(-2), 'toHaveProduced takes a whole number, 0 or more; got -2'],
    [
      () => expect(queue).toHaveProduced('orders', ['a']),
      "toHaveProduced on a queue takes only what you expect: toHaveProduced(['order-1'])",
    ],
    [() => expect(queue).toHaveLeased(-2), 'toHaveLeased takes a whole number, 0 or more; got -2'],
  ] as const) {
    expect(await failure(claim())).toEqual([message])
  }
  await using attached = await startTestDaemon({ endpoint: await daemon.listen() })
  const far = attached.queue(queue.name)
  await queue.produce({ reference: 'a' })
  await expect(far).toHaveItems(['a'])
  await expect(far).not.toBeDrained()
  expect((await failure(expect(far).toHaveDepth(2))).slice(2)).toEqual([
    '   reference  state  attempts  payload',
    '   a          free   0',
  ])
  for (const claim of [() => expect(far).toHaveCompleted(0), () => expect(far).not.toHaveLeased(1, { by: 'x' })]) {
    expect((await failure(claim()))[0]).toMatch(/^events works only on a daemon inside the test process/)
  }
})
