/** Describes a history that is not linearizable. */
import type { Model, Operation, Verdict } from './linearizability.js'

/** How many calls of the order are shown. */
const MOST_SHOWN = 25

/** Describes what is wrong with a history. Empty if nothing is. */
export function counterexample<S, I, O>(
  model: Model<S, I, O>,
  verdict: Verdict<S, I, O>,
  shown: (operation: Operation<I, O>) => string,
): string {
  const { result, order, stuck, state, operations, steps } = verdict
  if (result === 'linearizable') return ''
  const hidden = Math.max(0, order.length - MOST_SHOWN)
  const why = (operation: Operation<I, O>) => {
    if (order.includes(operation)) return 'it has ended, and should still wait'
    return model.explain?.(state, operation.input, operation.output) ?? 'the model says no'
  }
  return [
    result === 'undecided'
      ? `no order was found in ${steps} steps`
      : `the history is not linearizable: no order explains all ${operations.length} calls; one explains ${order.length}:`,
    ...(hidden > 0 ? [`  … ${hidden} calls before`] : []),
    ...order.slice(hidden).map((operation) => `  ${shown(operation)}`),
    'one of these would have to be next:',
    ...stuck.map((operation) => `  ${shown(operation)}\n    ${why(operation)}`),
    `the state by then: ${model.key(state)}`,
  ].join('\n')
}
