/** The model of a queue, checked with histories written by hand. */
import { describe, expect, test } from 'vitest'
import type { AnsweredItem, Input, Output } from './calls.js'
import { check, type Operation } from './linearizability.js'
import { queueModel } from './queue-model.js'
import type { NewInput } from './recorder.js'

const SETUP = { partitions: 1, leaseTimeout: 60_000, expireTimeout: 3_600_000, maxAttempts: 0, now: 0 }
const queue = 'q'
let calls = 0

/** A call that begins and ends at these places. */
function call(
  input: NewInput,
  [invoked, returned]: readonly [number, number],
  output?: Output,
): Operation<Input, Output> {
  return { caller: 'c', input: { ...input, call: ++calls } as Input, output, invoked, returned }
}

function produce(places: readonly [number, number], ...references: string[]): Operation<Input, Output> {
  const items = references.map((reference) => ({ reference, enqueueAt: 0 }))
  return call({ do: 'produce', queue, items }, places, 'ok')
}

function lease(places: readonly [number, number], output: Output | undefined, clientId = `w${calls}`) {
  return call({ do: 'lease', queue, clientId, batchSize: 2, timeout: 30_000 }, places, output)
}

function got(...items: readonly [reference: string, id: string, attempts?: number, leasedUntil?: number][]): Output {
  const leased = items.map(([reference, id, attempts = 1, leasedUntil = 60_000]): AnsweredItem => {
    return { reference, id, attempts, leasedUntil }
  })
  return { leased, partition: 0 }
}

const advance = (places: readonly [number, number], by: number) => call({ do: 'advance', queue: '', by }, places, 'ok')
const NOTHING: Output = { error: '454 request timeout; no items are in the queue, try again' }
const NEVER = Number.POSITIVE_INFINITY
const complete = (ids: readonly string[]): NewInput => ({ do: 'complete', queue, partition: 0, ids })

describe.each<[string, readonly Operation<Input, Output>[], boolean]>([
  ['a waiting lease is served by a later produce', [lease([1, 4], got(['a', '1'])), produce([2, 3], 'a')], true],
  ['a lease ends before its item is produced', [lease([1, 2], got(['a', '1'])), produce([3, 4], 'a')], false],
  [
    'two leases hold the same item at the same time',
    [produce([1, 2], 'a'), lease([3, 4], got(['a', '1'])), lease([5, 6], got(['a', '1']))],
    false,
  ],
  [
    'two waiting leases share, one item each',
    [lease([1, 7], got(['b', '2'])), lease([2, 8], got(['a', '1'])), produce([3, 4], 'a', 'b')],
    true,
  ],
  [
    'one of two waiting leases gets everything',
    [lease([1, 7], got(['a', '1'], ['b', '2'])), lease([2, NEVER], undefined), produce([4, 5], 'a', 'b')],
    true,
  ],
  [
    'one of two waiting leases gets everything although the other is known to wait',
    [
      lease([1, 7], got(['a', '1'], ['b', '2'])),
      lease([2, 10], NOTHING),
      call({ do: 'stats', queue }, [3, 4], {
        counts: {
          partitions: [{ total: 0, leased: 0, scheduled: 0 }],
          leaseWaiting: 2,
          produceWaiting: 0,
          completeWaiting: 0,
          inFlight: 2,
        },
      }),
      produce([5, 6], 'a', 'b'),
      advance([8, 9], 30_000),
    ],
    false,
  ],
  [
    'ids are not in the order of the items',
    [produce([1, 2], 'a', 'b'), lease([3, 4], got(['a', '2'], ['b', '1']))],
    false,
  ],
  [
    'an item comes back when its lease expires, with a new id and one more attempt',
    [
      produce([1, 2], 'a'),
      lease([3, 4], got(['a', '1'])),
      advance([5, 6], 60_000),
      lease([7, 8], got(['a', '2', 2, 120_000])),
    ],
    true,
  ],
  [
    'an item comes back with its old id',
    [
      produce([1, 2], 'a'),
      lease([3, 4], got(['a', '2'])),
      advance([5, 6], 60_000),
      lease([7, 8], got(['a', '1', 2, 120_000])),
    ],
    false,
  ],
  [
    'an item comes back too early',
    [
      produce([1, 2], 'a'),
      lease([3, 4], got(['a', '1'])),
      advance([5, 6], 59_999),
      lease([7, 8], got(['a', '2', 2, 119_999])),
    ],
    false,
  ],
  [
    'a lease gets nothing although an item was free all the time',
    [produce([1, 2], 'a'), lease([3, 6], NOTHING), advance([4, 5], 30_000)],
    false,
  ],
  ['a lease times out too early', [lease([1, 4], NOTHING), advance([2, 3], 29_999)], false],
  [
    'two completes of the same item overlap, and one of them fails',
    [
      produce([1, 2], 'a'),
      lease([3, 4], got(['a', '1'])),
      call(complete(['1']), [5, 7], { error: "400 invalid storage id; '1' does not exist" }),
      call(complete(['1']), [6, 8], 'ok'),
    ],
    true,
  ],
  [
    'two completes of the same item overlap, and both succeed',
    [
      produce([1, 2], 'a'),
      lease([3, 4], got(['a', '1'])),
      call(complete(['1']), [5, 7], 'ok'),
      call(complete(['1']), [6, 8], 'ok'),
    ],
    false,
  ],
  [
    'a lease whose client goes away takes an item before that is known',
    [
      { ...lease([1, 9], undefined), optional: true },
      produce([2, 3], 'a'),
      lease([4, 8], NOTHING),
      advance([5, 6], 30_000),
    ],
    true,
  ],
  [
    'a lease whose client went away takes an item after that is known',
    [
      { ...lease([1, 2], undefined), optional: true },
      produce([3, 4], 'a'),
      lease([5, 8], NOTHING),
      advance([6, 7], 30_000),
    ],
    false,
  ],
])('%s', (_, history, linearizable) => {
  test(`is ${linearizable ? '' : 'not '}linearizable`, () => {
    expect(check(queueModel(SETUP), history).result).toBe(linearizable ? 'linearizable' : 'impossible')
  })
})
