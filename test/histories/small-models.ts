/** Two small models for the tests of the checker, and a short notation for histories. */
import type { Model, Operation } from './linearizability.js'

/** A call on a register, or on a queue with one item at a time. */
export interface Call {
  readonly do: 'write' | 'read' | 'put' | 'take'
  readonly value?: number
  /** The object it concerns, if there are several independent ones. */
  readonly object?: string
}

/** The result of a read or a take. 0 means empty. */
export type Answer = number | 'ok'

/** A register that holds one number. */
export const register: Model<number, Call, Answer> = {
  init: () => 0,
  step: (value, input, output) => {
    if (input.do === 'write') return input.value ?? 0
    return output === undefined || output === value ? value : undefined
  },
  key: String,
  onlyAsks: (input) => input.do === 'read',
  explain: (value, input, output) => `${input.do} would answer ${value}, and not ${output}`,
}

/** A queue: first in, first out. A take on an empty queue returns 0. */
export const fifo: Model<readonly number[], Call, Answer> = {
  init: () => [],
  step: (items, input, output) => {
    if (input.do === 'put') return [...items, input.value ?? 0]
    return output === undefined || output === (items[0] ?? 0) ? items.slice(1) : undefined
  },
  key: (items) => items.join(' '),
}

/** A queue whose takes wait. They join a line, and settle once there is an item for them. */
export const waitingFifo: Model<{ items: readonly number[]; line: readonly Call[] }, Call, Answer> = {
  init: () => ({ items: [], line: [] }),
  step: (state, input, output) => {
    const items = input.do === 'put' ? [...state.items, input.value ?? 0] : [...state.items]
    const line = input.do === 'take' ? [...state.line, { ...input, value: Number(output ?? 0) }] : [...state.line]
    while (items.length > 0 && line.length > 0) {
      const [item, take] = [items.shift(), line.shift()]
      if (take?.value !== 0 && take?.value !== item) return undefined
    }
    return { items, line }
  },
  key: ({ items, line }) => `${items} / ${line.map(({ object, value }) => `${object}:${value}`)}`,
  settled: ({ line }, { object }) => line.every((take) => take.object !== object),
}

/** A call: its caller, input, begin and end, and result. */
export function call(
  caller: string,
  input: Call,
  [invoked, returned]: readonly [number, number],
  output?: Answer,
): Operation<Call, Answer> {
  return { caller, input, output, invoked, returned }
}
