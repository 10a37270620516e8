/** Settles like `sent`, or rejects with the signal's reason as soon as the signal is aborted. */
export function unlessAborted<T>(signal: AbortSignal | undefined, sent: Promise<T>): Promise<T> {
  if (signal === undefined) return sent
  return new Promise<T>((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    sent.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
