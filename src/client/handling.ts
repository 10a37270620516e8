/** Knows which item the running code is handling, so that what it produces can say where it comes from. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { types } from 'node:util'
import type { Handling } from '../protocol/exchange.js'

/** The work of a handler. */
interface Work {
  /** Undefined if it handles several items: which of them it produces for is not known. */
  readonly item: Handling | undefined
  isOver: boolean
}

/** Made by the first handler: an async context makes every promise of the process slower in Node 20. */
let works: AsyncLocalStorage<Work> | undefined

/**
 * Runs the handler of leased items. What the clients of this process produce meanwhile is recorded as produced by the handler, if
 * it handles a single item. The handler is done when `work` returns, or when the promise that it returns settles. What it leaves
 * running then is nobody's handler any more.
 */
export function whileHandling<T>(items: readonly { queue: string; id: string }[], work: () => T): T {
  works ??= new AsyncLocalStorage()
  const [first] = items
  const item = first !== undefined && items.length === 1 ? { queue: first.queue, id: first.id } : undefined
  const running: Work = { item, isOver: false }
  const end = () => {
    running.isOver = true
  }
  let result: T
  try {
    result = works.run(running, work)
  } catch (error) {
    end()
    throw error
  }
  // Other thenables are left alone: some, such as queries, do their work each time that somebody calls then. A promise of a call
  // notes whether its own then is called.
  if (types.isPromise(result)) void Promise.prototype.then.call(result, end, end)
  else end()
  return result
}

/** Returns the item that the running code is handling. Undefined if there is none, or it is not known which one. */
export function handled(): Handling | undefined {
  const work = works?.getStore()
  return work === undefined || work.isOver ? undefined : work.item
}
