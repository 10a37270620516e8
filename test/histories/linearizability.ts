/**
 * Checks whether a history of overlapping calls is linearizable: whether every call can be given one moment between
 * its begin and its end so that, in the order of these moments, a sequential model gives the same answers.
 *
 * This is the search of Wing and Gong with the cache of Lowe, as Porcupine has it: begins and ends stand in a list in the
 * order in which they happened; the search takes any call whose begin comes before the first end that is left, and goes
 * back where no call can be taken. What it has seen once, the same calls taken and the same state, it does not try again.
 *
 * Two things are added for a queue:
 * - A call may take effect in two steps: a lease joins the line, and is served later. The model tells with `settled` when
 *   a call that was taken may end.
 * - A call that was aborted is optional: it may have taken effect or not. It is left out when its end is reached.
 */
import { BitSet, SeenConfigurations } from './bit-set.js'
import { type Entry, HistoryList } from './history-list.js'

/** One call, as its caller saw it. */
export interface Operation<I, O> {
  readonly caller: string
  readonly input: I
  /** What was answered; undefined when nobody knows. */
  readonly output: O | undefined
  /** Its place in the history. Smaller is earlier; no two places are the same. */
  readonly invoked: number
  /** `Infinity` for a call that never ended: it may take effect at any time, or never. */
  readonly returned: number
  /** Whether it may have had no effect at all. */
  readonly optional?: boolean
}

/** What the calls are meant to do, one after the other. */
export interface Model<S, I, O> {
  init(): S
  /** The state after a call that answered `output`; undefined when it could not answer that. Leaves `state` as it is. */
  step(state: S, input: I, output: O | undefined): S | undefined
  /** The same text for the same state only. */
  key(state: S): string
  /** Whether a call that was taken may end by now. Once it may, it must stay so. Default: always. */
  settled?(state: S, input: I): boolean
  /** Why a step is impossible, for whoever reads the counterexample. */
  explain?(state: S, input: I, output: O | undefined): string
  /** Parts that can be checked by themselves. Default: one part. */
  partition?(operations: readonly Operation<I, O>[]): Operation<I, O>[][]
}

/** What the search found out about one part of a history. */
export interface Verdict<S, I, O> {
  /** `undecided`: it gave up after the number of steps that it was allowed. */
  readonly result: 'linearizable' | 'impossible' | 'undecided'
  /** How many steps of the model it tried. */
  readonly steps: number
  /** The order that explains the most calls. */
  readonly order: readonly Operation<I, O>[]
  /** The state after that order. */
  readonly state: S
  /** The calls of which one would have to be next. */
  readonly stuck: readonly Operation<I, O>[]
  readonly operations: readonly Operation<I, O>[]
}

/** How much the search may try before it gives up. */
const MOST_STEPS = 1_000_000

/** Checks a history part by part; answers the first part that is not linearizable, or the last one. */
export function check<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  mostSteps = MOST_STEPS,
): Verdict<S, I, O> {
  const parts = model.partition?.(history) ?? [[...history]]
  let verdict = new Search(model, parts[0] ?? [], mostSteps).run()
  for (const part of parts.slice(1)) {
    if (verdict.result !== 'linearizable') return verdict
    verdict = new Search(model, part, mostSteps).run()
  }
  return verdict
}

/** A decision of the search, to be taken back when it leads nowhere. */
interface Frame<S, I, O> {
  /** A call was taken; or an end was passed, which left nothing to choose. */
  readonly kind: 'taken' | 'passed'
  readonly entry: Entry<Operation<I, O>>
  readonly before: S
  /** Whether the end was lifted together with the begin, or its call left out when it was passed. */
  readonly both: boolean
}

class Search<S, I, O> {
  readonly #model: Model<S, I, O>
  readonly #operations: readonly Operation<I, O>[]
  readonly #list: HistoryList<Operation<I, O>>
  readonly #mostSteps: number
  readonly #taken: BitSet
  readonly #seen = new SeenConfigurations()
  readonly #frames: Frame<S, I, O>[] = []
  #state: S
  #steps = 0
  #depth = 0
  #best: Pick<Verdict<S, I, O>, 'order' | 'state' | 'stuck'>

  constructor(model: Model<S, I, O>, operations: readonly Operation<I, O>[], mostSteps: number) {
    this.#model = model
    this.#operations = operations
    this.#mostSteps = mostSteps
    this.#list = new HistoryList(operations)
    this.#taken = new BitSet(operations.length)
    this.#state = model.init()
    this.#best = { order: [], state: this.#state, stuck: [] }
  }

  run(): Verdict<S, I, O> {
    let entry = this.#list.first
    // At the end of the list no end is left but those that were passed: every call is explained.
    while (entry !== undefined) {
      if (this.#steps >= this.#mostSteps) return this.#verdict('undecided')
      if (entry.isBegin) entry = this.#take(entry) ? this.#list.first : entry.next
      else if (this.#pass(entry)) entry = entry.next
      else {
        this.#remember()
        const back = this.#goBack()
        if (back === 'nothing left') return this.#verdict('impossible')
        entry = back
      }
    }
    this.#best = { order: this.#order(), state: this.#state, stuck: [] }
    return this.#verdict('linearizable')
  }

  /** Takes a call as the next one, if the model allows it and this was not tried before. */
  #take(entry: Entry<Operation<I, O>>): boolean {
    const { input, output } = entry.operation
    this.#steps++
    const after = this.#model.step(this.#state, input, output)
    if (after === undefined) return false
    this.#taken.set(entry.index)
    if (!this.#seen.add(this.#taken, this.#model.key(after))) {
      this.#taken.clear(entry.index)
      return false
    }
    const settled = this.#model.settled?.(after, input) ?? true
    this.#frames.push({ kind: 'taken', entry, before: this.#state, both: settled })
    this.#depth++
    this.#state = after
    this.#list.lift(entry)
    if (settled && entry.match !== undefined) this.#list.lift(entry.match)
    return true
  }

  /** Passes the end of a call that was taken and is settled, or that may be left out. */
  #pass(end: Entry<Operation<I, O>>): boolean {
    const { input, optional } = end.operation
    const taken = this.#taken.has(end.index)
    if (taken ? !this.#model.settled?.(this.#state, input) : !optional) return false
    this.#frames.push({ kind: 'passed', entry: end, before: this.#state, both: !taken })
    this.#list.lift(end)
    if (!taken) {
      this.#taken.set(end.index)
      this.#list.lift(end.match as Entry<Operation<I, O>>)
    }
    return true
  }

  /** Takes decisions back up to the last call that was taken; answers what to try instead of it. */
  #goBack(): Entry<Operation<I, O>> | undefined | 'nothing left' {
    for (let frame = this.#frames.pop(); frame !== undefined; frame = this.#frames.pop()) {
      const { entry, kind, both } = frame
      this.#state = frame.before
      if (both && entry.match !== undefined) this.#list.putBack(entry.match)
      this.#list.putBack(entry)
      if (kind === 'taken' || both) this.#taken.clear(entry.index)
      if (kind === 'taken') {
        this.#depth--
        return entry.next
      }
    }
    return 'nothing left'
  }

  /** Notes how far it came, where that is farther than ever. */
  #remember(): void {
    if (this.#depth <= this.#best.order.length && this.#best.stuck.length > 0) return
    const stuck: Operation<I, O>[] = []
    for (let entry = this.#list.first; entry !== undefined; entry = entry.next) {
      stuck.push(entry.operation)
      if (!entry.isBegin) break
    }
    this.#best = { order: this.#order(), state: this.#state, stuck: [...new Set(stuck)] }
  }

  #order(): Operation<I, O>[] {
    return this.#frames.filter(({ kind }) => kind === 'taken').map(({ entry }) => entry.operation)
  }

  #verdict(result: Verdict<S, I, O>['result']): Verdict<S, I, O> {
    return { result, steps: this.#steps, operations: this.#operations, ...this.#best }
  }
}
