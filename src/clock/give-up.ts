/** Gives up work that takes too long. */
import { wakeAfter } from './real-time.js'

/**
 * Settles like `work`. If that takes longer than `longest` milliseconds, settles with what `late` returns or throws. Keeps the process alive
 * until then, unless `isAwaited` is false.
 */
export async function orGiveUp<T>(
  work: Promise<T>,
  longest: number,
  late: () => T | Promise<T>,
  isAwaited = true,
): Promise<T> {
  let cancel = () => {}
  const over = new Promise<void>((resolve) => {
    cancel = wakeAfter(longest, resolve, isAwaited)
  })
  try {
    return await Promise.race([work, over.then(late)])
  } finally {
    cancel()
  }
}
