/**
 * A model of a queue without a dead letter queue, for checking histories. It follows the contract (queue.md §3 to §8,
 * §11, §13). It knows the real results, so that it can compare a waiting lease at the moment it is served.
 *
 * It leaves open only the order of the calls, and this:
 * - After `delete`, a call may fail because the queue is unknown or because it is shutting down.
 * - An advance times out all waiting leases past their deadline at once, after what was due before the first of them.
 */

import type { Input, Output } from './calls.js'
import { inputText, outputText } from './calls.js'
import type { Model, Operation } from './linearizability.js'
import { answer, clear, counts, enter, listed } from './queue-calls.js'
import { advance } from './queue-lifecycle.js'
import { serve } from './queue-serving.js'
import {
  contradict,
  type Draft,
  draftOf,
  emptyQueue,
  type HeldCall,
  type QueueSetup,
  type QueueState,
  stateKey,
} from './queue-state.js'

type InputOf<D extends Input['do']> = Extract<Input, { do: D }>

const SHUTTING_DOWN = '453 queue is shutting down'
const DUPLICATE = '400 duplicate client id; a client cannot make multiple leased requests to the same queue'

/** The model. A history with several queues is checked queue by queue. */
export function queueModel(setup: QueueSetup): Model<QueueState, Input, Output> {
  const stepped = (state: QueueState, input: Input, output: Output | undefined): Draft => {
    const draft = draftOf(state, setup)
    take(draft, input, output)
    return draft
  }
  return {
    init: () => emptyQueue(setup),
    step: (state, input, output) => {
      const draft = stepped(state, input, output)
      return draft.conflict === undefined ? draft : undefined
    },
    key: stateKey,
    settled: ({ waiting, held }, { call }) => {
      return waiting.every((lease) => lease.call !== call) && held.every(({ input }) => input.call !== call)
    },
    // If all ids are known beforehand, lists reveal nothing.
    onlyAsks: ({ do: what }, output) => {
      if (what === 'list' || what === 'scheduled') return setup.foreseen !== undefined
      return what === 'stats' || (what === 'lease' && isError(output, DUPLICATE))
    },
    explain: (state, input, output) => {
      return stepped(state, input, output).conflict ?? 'it can begin, but could not have ended by then'
    },
    partition: byQueue,
  }
}

/** Advances belong to every queue. This makes the check weaker than one of the whole history, but never wrong. */
function byQueue(operations: readonly Operation<Input, Output>[]): Operation<Input, Output>[][] {
  const names = new Set(operations.flatMap(({ input }) => (input.do === 'advance' ? [] : [input.queue])))
  return [...names].map((name) => operations.filter(({ input }) => input.do === 'advance' || input.queue === name))
}

function take(draft: Draft, input: Input, output: Output | undefined): void {
  if (input.do === 'advance') advance(draft, input.by)
  else if (draft.status === 'deleted') afterDelete(draft, input, output)
  else if (input.do === 'lease') lease(draft, input, output)
  else if (input.do === 'produce' || input.do === 'complete' || input.do === 'retry') {
    if (draft.status === 'paused') draft.held.push({ input, output })
    else {
      enter(draft, input, output)
      serve(draft)
    }
  } else takeOther(draft, input, output)
}

function takeOther(draft: Draft, input: Input, output: Output | undefined): void {
  switch (input.do) {
    case 'clear':
      clear(draft, input.what)
      answer(draft, output, 'ok')
      serve(draft)
      break
    case 'list':
    case 'scheduled':
      listed(draft, input, output)
      break
    case 'stats':
      answer(draft, output, { counts: counts(draft) })
      break
    case 'abandon':
      abandon(draft, input)
      break
    case 'pause':
      draft.status = 'paused'
      break
    case 'resume':
      resume(draft)
      break
    case 'delete':
      remove(draft, output)
  }
}

function lease(draft: Draft, input: InputOf<'lease'>, output: Output | undefined): void {
  const { call, clientId, batchSize, timeout } = input
  if (draft.waiting.some((one) => one.clientId === clientId)) answer(draft, output, { error: DUPLICATE })
  else if (isError(output, DUPLICATE)) contradict(draft, `${clientId} does not wait`)
  else {
    draft.waiting.push({ call, clientId, batchSize, deadline: draft.now + timeout, output })
    serve(draft)
  }
}

/** Removes the lease of a client that went away. If it does not wait here, this is not the moment. */
function abandon(draft: Draft, { lease }: InputOf<'abandon'>): void {
  const waiting = draft.waiting.filter(({ call }) => call !== lease)
  if (waiting.length === draft.waiting.length) contradict(draft, `lease #${lease} does not wait`)
  draft.waiting = waiting
}

/** Held produces come first, then one round for all leases, then held completes and retries, then another round. */
function resume(draft: Draft): void {
  if (draft.status !== 'paused') return
  draft.status = 'running'
  const { held } = draft
  draft.held = []
  const of = (kind: HeldCall['input']['do']) => held.filter(({ input }) => input.do === kind)
  for (const { input, output } of of('produce')) enter(draft, input, output)
  serve(draft)
  for (const { input, output } of [...of('complete'), ...of('retry')]) enter(draft, input, output)
  serve(draft)
}

function remove(draft: Draft, output: Output | undefined): void {
  answer(draft, output, 'ok')
  for (const one of [...draft.waiting, ...draft.held]) answer(draft, one.output, { error: SHUTTING_DOWN })
  draft.status = 'deleted'
  draft.waiting = []
  draft.held = []
  draft.partitions = []
}

function afterDelete(draft: Draft, input: Input, output: Output | undefined): void {
  if (input.do === 'abandon') contradict(draft, 'nobody waits')
  else if (!isError(output, SHUTTING_DOWN))
    answer(draft, output, { error: `400 queue does not exist; no such queue named '${input.queue}'` })
}

function isError(output: Output | undefined, error: string): boolean {
  return typeof output === 'object' && 'error' in output && output.error === error
}

/** A call in one line, for a counterexample. */
export function callText({ caller, input, output }: Operation<Input, Output>): string {
  return `${caller}: ${inputText(input)} → ${outputText(output)}`
}
