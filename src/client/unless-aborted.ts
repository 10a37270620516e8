/** Lets a caller cancel a call. */
import { onAbort, reasonOf } from '../protocol/aborts.js'

/** Settles like `sent`. Rejects with the signal's reason as soon as the signal is aborted. */
export function unlessAborted<T>(signal: AbortSignal | undefined, sent: Promise<T>): Promise<T> {
  if (signal === undefined) return sent
  return new Promise<T>((resolve, reject) => {
    const forget = onAbort(signal, () => reject(reasonOf(signal)))
    sent.then(resolve, reject).finally(forget)
  })
}
