/** The checker alone: histories that are known to be linearizable or not. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counterexample } from './counterexample.js'
import { check, type Model, type Operation } from './linearizability.js'
import { type Answer, type Call, call, fifo, register, waitingFifo } from './small-models.js'

const NEVER = Number.POSITIVE_INFINITY
const write = (value: number): Call => ({ do: 'write', value })
const read: Call = { do: 'read' }
const put = (value: number): Call => ({ do: 'put', value })
const take: Call = { do: 'take' }

describe('a register', () => {
  test.each([
    ['nothing happens', [], true],
    ['a read during a write sees the old value', [call('a', write(1), [1, 4], 'ok'), call('b', read, [2, 3], 0)], true],
    ['a read during a write sees the new value', [call('a', write(1), [1, 4], 'ok'), call('b', read, [2, 3], 1)], true],
    ['a read after a write sees the old value', [call('a', write(1), [1, 2], 'ok'), call('b', read, [3, 4], 0)], false],
    [
      'a second reader sees the old value after the first saw the new one',
      [call('a', write(1), [1, 9], 'ok'), call('b', read, [2, 3], 1), call('c', read, [4, 5], 0)],
      false,
    ],
    [
      'two writes that overlap are seen in one order',
      [
        call('a', write(1), [1, 5], 'ok'),
        call('b', write(2), [2, 6], 'ok'),
        call('c', read, [3, 4], 2),
        call('c', read, [7, 8], 1),
      ],
      true,
    ],
    [
      'two writes that overlap are seen in both orders',
      [
        call('a', write(1), [1, 20], 'ok'),
        call('b', write(2), [2, 21], 'ok'),
        call('c', read, [3, 4], 1),
        call('d', read, [5, 6], 2),
        call('e', read, [7, 8], 1),
      ],
      false,
    ],
    [
      'a write that changes nothing where it began takes effect later',
      [
        call('a', write(0), [1, 20], 'ok'),
        call('b', write(1), [2, 3], 'ok'),
        call('c', read, [4, 5], 1),
        call('c', read, [6, 7], 0),
      ],
      true,
    ],
    ['a write that never ends is seen', [call('a', write(1), [1, NEVER]), call('b', read, [2, 3], 1)], true],
    ['a write that never ends is not seen', [call('a', write(1), [1, NEVER]), call('b', read, [2, 3], 0)], true],
    [
      'a write that never ends is seen late',
      [call('a', write(1), [1, NEVER]), call('b', read, [2, 3], 0), call('b', read, [4, 5], 1)],
      true,
    ],
    [
      'a write that never ends is seen, and then is not',
      [call('a', write(1), [1, NEVER]), call('b', read, [2, 3], 1), call('b', read, [4, 5], 0)],
      false,
    ],
  ])('%s', (_, history, linearizable) => {
    expect(check(register, history).result).toBe(linearizable ? 'linearizable' : 'impossible')
  })
})

describe('an aborted call', () => {
  const gaveUp = { ...call('a', write(1), [1, 4]), optional: true }

  test.each([
    ['takes effect before it ends', [call('b', read, [5, 6], 1)], true],
    ['never takes effect', [call('b', read, [5, 6], 0)], true],
    ['takes effect after it ended', [call('b', read, [5, 6], 0), call('b', read, [7, 8], 1)], false],
  ])('%s', (_, reads, linearizable) => {
    expect(check(register, [gaveUp, ...reads]).result).toBe(linearizable ? 'linearizable' : 'impossible')
  })
})

describe('a queue', () => {
  test.each([
    [
      'items come in the order of the puts',
      [call('a', put(1), [1, 2], 'ok'), call('a', put(2), [3, 4], 'ok'), call('b', take, [5, 6], 1)],
      true,
    ],
    [
      'items come in another order',
      [call('a', put(1), [1, 2], 'ok'), call('a', put(2), [3, 4], 'ok'), call('b', take, [5, 6], 2)],
      false,
    ],
    [
      'items of puts that overlap come in any order',
      [call('a', put(1), [1, 3], 'ok'), call('c', put(2), [2, 4], 'ok'), call('b', take, [5, 6], 2)],
      true,
    ],
    [
      'an item comes twice',
      [call('a', put(1), [1, 2], 'ok'), call('b', take, [3, 5], 1), call('c', take, [4, 6], 1)],
      false,
    ],
    ['an item is lost', [call('a', put(1), [1, 2], 'ok'), call('b', take, [3, 4], 0)], false],
    ['an item comes before its put', [call('b', take, [1, 2], 1), call('a', put(1), [3, 4], 'ok')], false],
  ])('%s', (_, history, linearizable) => {
    expect(check(fifo, history).result).toBe(linearizable ? 'linearizable' : 'impossible')
  })
})

describe('waiting takes', () => {
  const first = (output: number, end: number) => call('a', { do: 'take', object: 'first' }, [1, end], output)
  const second = (output: number, end: number) => call('b', { do: 'take', object: 'second' }, [3, end], output)

  test.each([
    ['a take is served by a later put', [first(1, 6), call('c', put(1), [4, 5], 'ok')], true],
    ['a take ends before there is an item', [first(1, 2), call('c', put(1), [4, 5], 'ok')], false],
    ['a take is served while its item is put', [first(1, 5), call('c', put(1), [4, 6], 'ok')], true],
    [
      'two takes that overlap are served in any order',
      [first(2, 8), second(1, 9), call('c', put(1), [4, 5], 'ok'), call('c', put(2), [6, 7], 'ok')],
      true,
    ],
    [
      'a take that ended earlier gets a later item',
      [first(1, 2.5), second(1, 9), call('c', put(1), [2, 5], 'ok')],
      false,
    ],
  ])('%s', (_, history, linearizable) => {
    expect(check(waitingFifo, history).result).toBe(linearizable ? 'linearizable' : 'impossible')
  })
})

/**
 * A linearizable history of a register: first the moments of the calls are chosen, then their begins and ends around
 * them.
 */
function bigHistory(calls: number, clients: number): Operation<Call, Answer>[] {
  const history: Operation<Call, Answer>[] = []
  let value = 0
  for (let number = 0; number < calls; number++) {
    const moment = number * 10
    const [invoked, returned] = [moment - 5 * clients + (number % 7) / 10, moment + 4 * clients + (number % 5) / 10]
    const input = number % 3 === 0 ? write(number % 11) : read
    if (input.do === 'write') value = input.value ?? 0
    history.push(call(`${number % clients}`, input, [invoked + number / 1e6, returned + number / 1e6], value))
  }
  return history
}

test('a history of 20,000 calls, nine at a time, takes not many more steps than it has calls', () => {
  const verdict = check(register, bigHistory(20_000, 10))
  expect(verdict.result).toBe('linearizable')
  expect(verdict.order).toHaveLength(20_000)
  expect(verdict.steps).toBeLessThan(400_000)
})

test('finds one wrong result at the end of a big history', () => {
  const history = [...bigHistory(5_000, 6), call('late', read, [1e6, 1e6 + 1], 99)]
  const verdict = check(register, history)
  expect(verdict.result).toBe('impossible')
  expect(verdict.order).toHaveLength(5_000)
})

test('the search stops at its limit', () => {
  expect(check(register, bigHistory(100, 4), 50)).toMatchObject({ result: 'undecided', steps: 50 })
})

test('independent parts are checked separately', () => {
  const objects = {
    ...register,
    partition: (operations: readonly Operation<Call, Answer>[]) =>
      ['x', 'y'].map((object) => operations.filter(({ input }) => input.object === object)),
  }
  const x = call('a', { ...write(1), object: 'x' }, [1, 2], 'ok')
  expect(check(objects, [x, call('b', { ...read, object: 'y' }, [3, 4], 0)]).result).toBe('linearizable')
  const verdict = check(objects, [call('b', { ...read, object: 'y' }, [3, 4], 1), x])
  expect(verdict).toMatchObject({ result: 'impossible', operations: [{ caller: 'b' }] })
})

test('a counterexample shows the longest order, what could not follow it, and why', () => {
  const history = [
    call('a', write(1), [1, 2], 'ok'),
    call('b', write(2), [3, 4], 'ok'),
    call('a', read, [5, 7], 1),
    call('b', read, [6, 8], 2),
  ]
  const shown = ({ caller, input, output }: Operation<Call, Answer>) => `${caller}: ${input.do} → ${output}`
  expect(counterexample(register, check(register, history), shown).split('\n')).toEqual([
    'the history is not linearizable: no order explains all 4 calls; one explains 3:',
    '  a: write → ok',
    '  b: write → ok',
    '  b: read → 2',
    'one of these would have to be next:',
    '  a: read → 1',
    '    read would answer 2, and not 1',
    'the state by then: 2',
  ])
  expect(counterexample(register, check(register, history.slice(0, 2)), shown)).toBe('')
})

/** Whether any order of the calls explains them, found by trying all orders. */
function byTryingAll<S>(model: Model<S, Call, Answer>, history: readonly Operation<Call, Answer>[], state: S): boolean {
  const tried = (next: Operation<Call, Answer>) => {
    if (history.some((other) => other.returned < next.invoked)) return false
    const left = history.filter((other) => other !== next)
    if (next.optional && byTryingAll(model, left, state)) return true
    const after = model.step(state, next.input, next.output)
    return after !== undefined && byTryingAll(model, left, after)
  }
  return history.length === 0 || history.some(tried)
}

const value = fc.nat(2)
const queueCalls = fc.oneof(
  value.map((one): [Call, Answer] => [put(one + 1), 'ok']),
  fc.nat(3).map((one): [Call, Answer] => [take, one]),
)
const registerCalls = fc.oneof(
  value.map((one): [Call, Answer] => [write(one), 'ok']),
  value.map((one): [Call, Answer] => [read, one]),
)

/** Short histories of such calls, some of them aborted. */
function histories(calls: fc.Arbitrary<[Call, Answer]>): fc.Arbitrary<Operation<Call, Answer>[]> {
  return fc.array(fc.tuple(calls, fc.nat(12), fc.nat(6), fc.nat(3)), { maxLength: 6 }).map((rows) =>
    rows.map(([[input, output], from, length, kind], number) => {
      const invoked = from + number / 100
      const gaveUp = kind === 0 && output === 'ok'
      return { ...call(`${number}`, input, [invoked, invoked + length + 0.001], output), optional: gaveUp }
    }),
  )
}

test.each(['queue', 'register'] as const)('finds the same as trying every order, for a %s', (which) => {
  fc.assert(
    fc.property(histories(which === 'queue' ? queueCalls : registerCalls), (history) => {
      const found = which === 'queue' ? check(fifo, history).result : check(register, history).result
      const known = which === 'queue' ? byTryingAll(fifo, history, []) : byTryingAll(register, history, 0)
      expect(found === 'linearizable').toBe(known)
    }),
    { numRuns: 2000 },
  )
})
