/** The event record, a ring of columns. */
import { expect, test } from 'vitest'
import { type Address, BY_CLOCK, KIND, type Refusal } from '../../src/engine/events/event-kinds.js'
import { EventRecord } from '../../src/engine/events/record.js'
import { Item } from '../../src/engine/store/item.js'

const ADDRESS: Address = { queue: 'q', queueId: 1 }
const ELSEWHERE: Address = { queue: 'other', queueId: 2 }

function itemWith(payload: string, reference = ''): Item {
  return new Item({ reference, encoding: '', kind: '', payload })
}

function refusal(given: Partial<Refusal> = {}): Refusal {
  const usual = { code: 400, codeText: 'Bad Request', message: 'no', details: {}, clientId: 'w' }
  return { ...usual, times: 1, lastTime: 5, lastPassed: 7, ...given }
}

test('keeps the latest events and drops the oldest', () => {
  const record = new EventRecord(300)
  for (let number = 1; number <= 1000; number++) {
    record.item(KIND.produced, number, ADDRESS, itemWith('', `item-${number}`), number + 1)
    const first = Math.max(1, number - 299)
    expect(record.first).toBe(first)
    expect(record.at(first)).toMatchObject({ number: first, time: first, reference: `item-${first}`, until: first + 1 })
    expect(record.at(number)).toMatchObject({ item: number, reference: `item-${number}` })
  }
  expect(() => record.at(700)).toThrow(new RangeError('there is no event 700'))
  expect(() => record.at(1001)).toThrow(new RangeError('there is no event 1001'))
})

test('a record of size zero neither counts nor keeps events', () => {
  const record = new EventRecord(0)
  const item = itemWith('')
  record.item(KIND.produced, 1, ADDRESS, item)
  record.queue(KIND['queue-created'], 1, ADDRESS)
  record.refused({ call: 'queue.lease' }, ADDRESS, refusal())
  expect([record.count, record.refusedCalls, record.refusedEvents, item.serial]).toEqual([0, 0, 0, 0])
})

test('a reused row shows nothing of the event it held before', () => {
  const record = new EventRecord(2)
  const item = itemWith('paid', 'order-1')
  item.attempts = 3
  record.item(KIND['dead-lettered'], 1, ADDRESS, item, 9, ELSEWHERE)
  record.refused({ call: 'queue.lease' }, ADDRESS, refusal())
  record.queue(KIND['queue-paused'], 2, ADDRESS)
  record.queue(KIND['queue-resumed'], 3, ADDRESS)
  const empty = { item: 0, id: undefined, reference: '', attempts: 0, deadQueue: undefined, refusal: undefined }
  expect(record.at(3)).toMatchObject({ kind: 'queue-paused', ...empty, payload: undefined, until: Number.NaN })
  expect(record.at(4)).toMatchObject({ kind: 'queue-resumed', ...empty, payload: undefined, until: Number.NaN })
})

test('keeps up to a thousand characters of a payload, and its length', () => {
  const record = new EventRecord(10)
  record.item(KIND.produced, 1, ADDRESS, itemWith('x'.repeat(1000)))
  record.item(KIND.imported, 1, ADDRESS, itemWith('é'.repeat(1001)))
  record.item(KIND.leased, 1, ADDRESS, itemWith('leased'))
  record.item(KIND.produced, 1, ADDRESS, new Item({ reference: '', encoding: 'utf8', kind: '', payload: 'x' }))
  record.item(KIND.produced, 1, ADDRESS, new Item({ reference: '', encoding: '', kind: 'order', payload: 'x' }))
  const words = { kind: '', encoding: '' }
  expect(record.at(1).payload).toEqual({ text: 'x'.repeat(1000), length: 1000, ...words })
  expect(record.at(2).payload).toEqual({ text: 'é'.repeat(1000), length: 1001, ...words })
  expect(record.at(4).payload).toEqual({ text: 'x', length: 1, kind: '', encoding: 'utf8' })
  expect(record.at(5).payload).toEqual({ text: 'x', length: 1, kind: 'order', encoding: '' })
  expect(record.at(3).payload).toBeUndefined()
  const small = new EventRecord(1)
  small.item(KIND.produced, 1, ADDRESS, itemWith('x'))
  small.item(KIND.leased, 1, ADDRESS, itemWith('x'))
  expect(small.at(2).payload).toBeUndefined()
})

test('tells witnesses the item of each event, until they stop', () => {
  const record = new EventRecord(1)
  const told: unknown[] = []
  const stop = record.witness((item) => told.push([item, item.serial, record.count]))
  const [first, second] = [itemWith('a'), itemWith('b')]
  record.item(KIND.produced, 1, ADDRESS, first)
  record.queue(KIND['queue-paused'], 1, ADDRESS)
  record.item(KIND.leased, 1, ADDRESS, first)
  stop()
  record.item(KIND.produced, 1, ADDRESS, second)
  expect(told).toEqual([
    [first, 1, 1],
    [first, 1, 3],
  ])
  expect(record.most).toBe(1)
})

test('repeated identical refusals become one event with a count', () => {
  const record = new EventRecord(100)
  const call = { call: 'queue.lease' }
  record.refused(call, ADDRESS, refusal())
  record.refused(call, ADDRESS, refusal({ lastTime: 6, lastPassed: 8, times: 2 }))
  expect(record.at(1)).toMatchObject({ kind: 'refused', refusal: { times: 3, lastTime: 6, lastPassed: 8 } })
  expect([record.refusedCalls, record.refusedEvents, record.count]).toEqual([3, 1, 1])
  expect([record.refusedSince(1), record.refusedSince(2)]).toEqual([true, false])
})

test.each([
  ['another call', { call: 'queue.retry' }, ADDRESS, {}],
  ['another queue', { call: 'queue.lease' }, ELSEWHERE, {}],
  ['another code', { call: 'queue.lease' }, ADDRESS, { code: 453 }],
  ['another message', { call: 'queue.lease' }, ADDRESS, { message: 'never' }],
  ['another client', { call: 'queue.lease' }, ADDRESS, { clientId: 'v' }],
  ['a client with a generated name', { call: 'queue.lease' }, ADDRESS, { clientId: 'client-1' }],
])('a refusal with %s is a separate event', (_, cause, address, other) => {
  const record = new EventRecord(100)
  record.refused({ call: 'queue.lease' }, ADDRESS, refusal())
  record.refused(cause, address, refusal(other))
  expect([record.refusedCalls, record.refusedEvents]).toEqual([2, 2])
  expect(record.at(2)).toMatchObject({ kind: 'refused', cause, address })
})

test('clients with generated names count as one', () => {
  const record = new EventRecord(100)
  record.refused({ call: 'queue.lease' }, ADDRESS, refusal({ clientId: 'client-1' }))
  record.refused({ call: 'queue.lease' }, ADDRESS, refusal({ clientId: 'client-2' }))
  expect(record.refusedEvents).toBe(1)
})

test('refusals of up to sixteen alternating workers are merged', () => {
  for (const [workers, events] of [
    [16, 16],
    [17, 34],
  ] as const) {
    const record = new EventRecord(100)
    for (let call = 0; call < 2 * workers; call++) {
      record.refused({ call: 'queue.lease' }, ADDRESS, refusal({ clientId: `w${call % workers}` }))
    }
    expect(record.refusedEvents).toBe(events)
  }
})

test('an event in between, a fence, or a full ring makes the same refusal a new event', () => {
  const record = new EventRecord(3)
  const again = () => record.refused({ call: 'queue.lease' }, ADDRESS, refusal())
  again()
  record.queue(KIND['queue-paused'], 1, ADDRESS)
  again()
  expect(record.refusedEvents).toBe(2)
  record.fence()
  again()
  expect(record.refusedEvents).toBe(3)
  again()
  expect(record.refusedEvents).toBe(3)
  for (const clientId of ['a', 'b', 'c']) record.refused({ call: 'queue.lease' }, ADDRESS, refusal({ clientId }))
  again()
  expect(record.refusedEvents).toBe(7)
})

test('watchers are called once for several events, afterwards, until they stop', async () => {
  const record = new EventRecord(10)
  let heard = 0
  const stop = record.watch(() => heard++)
  record.queue(KIND['queue-paused'], 1, ADDRESS)
  record.queue(KIND['queue-resumed'], 1, ADDRESS)
  expect(heard).toBe(0)
  await Promise.resolve()
  await Promise.resolve()
  expect(heard).toBe(1)
  record.queue(KIND['queue-paused'], 1, ADDRESS)
  await Promise.resolve()
  await Promise.resolve()
  expect(heard).toBe(2)
  stop()
  record.queue(KIND['queue-resumed'], 1, ADDRESS)
  await Promise.resolve()
  await Promise.resolve()
  expect(heard).toBe(2)
})

test('waiting for the next event ends when the record ends', async () => {
  const record = new EventRecord(10)
  const waiting = record.next()
  record.end()
  await waiting
  await record.next()
  expect(record.ended).toBe(true)
})

test('a cause applies only during its work, even if the work throws', () => {
  const record = new EventRecord(10)
  const cause = { call: 'queue.produce' }
  expect(() =>
    record.during(cause, () => {
      record.queue(KIND['queue-paused'], 1, ADDRESS)
      throw new Error('broken')
    }),
  ).toThrow('broken')
  record.queue(KIND['queue-resumed'], 1, ADDRESS)
  expect([record.at(1).cause, record.at(2).cause]).toEqual([cause, BY_CLOCK])
})

test('collects one entry for each deadline, which says what became of the item', () => {
  const record = new EventRecord(0)
  const [retried, exhausted, copied, stays] = ['retried', 'exhausted', 'copied', 'stays'].map((name) =>
    itemWith('', name),
  )
  const address = { ...ADDRESS, partition: 0, ids: { text: (sequence: number) => `id-${sequence}` } }
  const note = (kind: keyof typeof KIND, item: Item | undefined, time: number, deadQueue?: Address) =>
    record.item(KIND[kind], time, address, item as Item, undefined, deadQueue)
  note('lease-expired', retried, 1)
  const fired = record.collect(() => {
    note('lease-expired', retried, 20)
    // It is leased again at once, and its last lease runs out within the same move.
    note('leased', retried, 21)
    note('lease-expired', retried, 30)
    note('attempts-exhausted', retried, 30)
    note('lease-expired', exhausted, 10)
    note('attempts-exhausted', exhausted, 10)
    note('item-expired', copied, 10)
    note('dead-lettered', copied, 10, ELSEWHERE)
    note('dead-lettered', stays, 40, ELSEWHERE)
    note('dead-lettered', stays, 50, ELSEWHERE)
    record.queue(KIND['lease-timed-out'], 45, ADDRESS, { clientId: 'w', cause: BY_CLOCK })
    record.queue(KIND['lease-served'], 45, ADDRESS, { clientId: 'v', cause: BY_CLOCK })
  })
  note('lease-expired', retried, 60)
  const at = { queue: 'q', partition: 0, id: 'id-0' }
  expect(fired).toEqual([
    { ...at, time: new Date(10), kind: 'attempts-exhausted', reference: 'exhausted' },
    { ...at, time: new Date(10), kind: 'dead-lettered', reference: 'copied', deadQueue: 'other' },
    { ...at, time: new Date(20), kind: 'lease-expired', reference: 'retried' },
    { ...at, time: new Date(30), kind: 'attempts-exhausted', reference: 'retried' },
    { ...at, time: new Date(40), kind: 'dead-lettered', reference: 'stays', deadQueue: 'other' },
    { queue: 'q', time: new Date(45), kind: 'lease-timed-out', clientId: 'w' },
    { ...at, time: new Date(50), kind: 'dead-lettered', reference: 'stays', deadQueue: 'other' },
  ])
})

test('stops collecting when the move fails', () => {
  const record = new EventRecord(0)
  const failing = () => {
    throw new Error('no')
  }
  expect(() => record.collect(failing)).toThrow('no')
  expect(record.collect(() => undefined)).toEqual([])
})

test('has no event to show if it keeps none', () => {
  expect(() => new EventRecord(0).at(1)).toThrow(new RangeError('there is no event 1'))
})
