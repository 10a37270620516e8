/** What a call fails with. */

/** The message of an error. Empty if there is none. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => '',
    (error: Error) => error.message,
  )
}
