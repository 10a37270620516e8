/**
 * Checks whether a history of overlapping calls is linearizable: whether every call can be given one moment between its
 * begin and its end so that, in the order of these moments, a sequential model gives the same results.
 *
 * The search is that of Wing and Gong with the cache of Lowe, as in Porcupine. Begins and ends are in a list in the
 * order in which they happened. The search takes any call whose begin comes before the first end left in the list, and
 * backtracks where no call can be taken. It never tries the same set of taken calls with the same state twice.
 *
 * It adds three things:
 * - A call may take effect in two steps: a lease joins the line and is served later. The model says with `settled` when
 *   a taken call may end.
 * - An aborted call is optional: it may or may not have taken effect. It is skipped when its end is reached.
 * - A read-only call that fits is taken without trying anything else before it.
 */
import { BitSet, SeenConfigurations } from './bit-set.js'
import { type Entry, HistoryList } from './history-list.js'

/** One call, as its caller saw it. */
export interface Operation<I, O> {
  readonly caller: string
  readonly input: I
  /** The result, or undefined if it is unknown. */
  readonly output: O | undefined
  /** Its place in the history. Smaller is earlier, and all places differ. */
  readonly invoked: number
  /** `Infinity` for a call that never ended. It may take effect at any time, or never. */
  readonly returned: number
  /** Whether it may have had no effect. */
  readonly optional?: boolean
  /** The place at which it probably took effect, tried first. Default: its begin. */
  readonly likely?: number
}

/** What the calls should do, one after the other. */
export interface Model<S, I, O> {
  init(): S
  /**
   * The state after a call that returned `output`, or undefined if it could not return that. Does not change `state`.
   */
  step(state: S, input: I, output: O | undefined): S | undefined
  /** A text that is equal only for equal states. */
  key(state: S): string
  /** Whether a taken call may end by now. Once it may, this must stay true. Default: always. */
  settled?(state: S, input: I): boolean
  /** Whether a call never changes any state. Default: it may. */
  onlyAsks?(input: I, output: O | undefined): boolean
  /** Why a step is impossible, for the counterexample. */
  explain?(state: S, input: I, output: O | undefined): string
  /** Parts that can be checked separately. Default: one part. */
  partition?(operations: readonly Operation<I, O>[]): Operation<I, O>[][]
}

/** What the search found out about one part of a history. */
export interface Verdict<S, I, O> {
  /** `undecided`: the search stopped at its limit of steps. */
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

/** The default limit of the search. */
const MOST_STEPS = 1_000_000

/** Checks a history part by part. Returns the first part that is not linearizable, or else the last part. */
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

/** A state that the search has reached, and what to try from there. */
interface Node<S, I, O> {
  readonly state: S
  /** The call that led here. */
  readonly by: Entry<Operation<I, O>> | undefined
  /** Whether that call was skipped instead of taken. */
  readonly leftOut: boolean
  /** Whether the end of that call is out of the list too. */
  readonly endIsOut: boolean
  /** The calls of which one can be next. */
  readonly candidates: readonly Entry<Operation<I, O>>[]
  /** How many of them were tried. */
  tried: number
  /** The end before which one of them must be taken, or undefined if every end is explained. */
  readonly barrier: Entry<Operation<I, O>> | undefined
}

class Search<S, I, O> {
  readonly #model: Model<S, I, O>
  readonly #operations: readonly Operation<I, O>[]
  readonly #list: HistoryList<Operation<I, O>>
  readonly #mostSteps: number
  readonly #taken: BitSet
  readonly #seen = new SeenConfigurations()
  readonly #path: Node<S, I, O>[] = []
  #steps = 0
  #longest = 0
  #best: Pick<Verdict<S, I, O>, 'order' | 'state' | 'stuck'>

  constructor(model: Model<S, I, O>, operations: readonly Operation<I, O>[], mostSteps: number) {
    this.#model = model
    this.#operations = operations
    this.#mostSteps = mostSteps
    this.#list = new HistoryList(operations)
    this.#taken = new BitSet(operations.length)
    const state = model.init()
    this.#best = { order: [], state, stuck: [] }
    this.#reach(state, {})
  }

  run(): Verdict<S, I, O> {
    for (let node = this.#path.at(-1); node !== undefined; node = this.#path.at(-1)) {
      if (node.barrier === undefined) {
        this.#best = { order: this.#order(), state: node.state, stuck: [] }
        return this.#verdict('linearizable')
      }
      if (this.#steps >= this.#mostSteps) return this.#verdict('undecided')
      const entry = node.candidates[node.tried++]
      if (entry !== undefined) this.#take(node, entry)
      else if (node.tried === node.candidates.length + 1 && this.#isOptional(node.barrier)) this.#leaveOut(node)
      else {
        this.#remember(node)
        this.#goBack(node)
      }
    }
    return this.#verdict('impossible')
  }

  /** Takes a call as the next one, if the model allows it and it was not tried before. */
  #take(node: Node<S, I, O>, entry: Entry<Operation<I, O>>): void {
    const { input, output } = entry.operation
    this.#steps++
    const after = this.#model.step(node.state, input, output)
    if (after === undefined) return
    const key = this.#model.key(after)
    if (this.#model.onlyAsks?.(input, output)) node.tried = Number.POSITIVE_INFINITY
    this.#taken.set(entry.index)
    if (!this.#seen.add(this.#taken, key)) {
      this.#taken.clear(entry.index)
      return
    }
    const settled = this.#model.settled?.(after, input) ?? true
    this.#list.lift(entry)
    if (settled && entry.match !== undefined) this.#list.lift(entry.match)
    this.#reach(after, { by: entry, endIsOut: settled && entry.match !== undefined })
  }

  /** Skips an aborted call when its end is all that is left to explain. */
  #leaveOut({ state, barrier }: Node<S, I, O>): void {
    const begin = barrier?.match as Entry<Operation<I, O>>
    this.#taken.set(begin.index)
    this.#list.lift(begin)
    this.#list.lift(barrier as Entry<Operation<I, O>>)
    this.#reach(state, { by: begin, leftOut: true, endIsOut: true })
  }

  #isOptional({ operation, index }: Entry<Operation<I, O>>): boolean {
    return operation.optional === true && !this.#taken.has(index)
  }

  #reach(state: S, how: Partial<Node<S, I, O>>): void {
    const candidates: Entry<Operation<I, O>>[] = []
    let entry = this.#list.first
    for (; entry !== undefined; entry = entry.next) {
      if (entry.isBegin) candidates.push(entry)
      else if (!(this.#taken.has(entry.index) && this.#model.settled?.(state, entry.operation.input))) break
    }
    candidates.sort((a, b) => likelyPlace(a.operation) - likelyPlace(b.operation))
    const usual = { by: undefined, leftOut: false, endIsOut: false }
    this.#path.push({ ...usual, ...how, state, candidates, tried: 0, barrier: entry })
  }

  /** Undoes the decision that led to the last node. */
  #goBack({ by, endIsOut }: Node<S, I, O>): void {
    this.#path.pop()
    if (by === undefined) return
    if (endIsOut && by.match !== undefined) this.#list.putBack(by.match)
    this.#list.putBack(by)
    this.#taken.clear(by.index)
  }

  /** Remembers the longest order so far. */
  #remember({ state, candidates, barrier }: Node<S, I, O>): void {
    if (this.#path.length <= this.#longest) return
    this.#longest = this.#path.length
    const stuck = [...candidates, ...(barrier === undefined ? [] : [barrier])].map(({ operation }) => operation)
    this.#best = { order: this.#order(), state, stuck: [...new Set(stuck)] }
  }

  #order(): Operation<I, O>[] {
    return this.#path.flatMap(({ by, leftOut }) => (by === undefined || leftOut ? [] : [by.operation]))
  }

  #verdict(result: Verdict<S, I, O>['result']): Verdict<S, I, O> {
    return { result, steps: this.#steps, operations: this.#operations, ...this.#best }
  }
}

function likelyPlace({ likely, invoked }: Operation<unknown, unknown>): number {
  return likely ?? invoked
}
