/** Ends a run, for `globalTeardown` of Jest. The preset sets it. */

/**
 * Stops the server that `querator-test/global-setup` started, after the run. If the run used a server that was running already, it removes
 * the queues of this run from it.
 */
export default async function teardown(): Promise<void> {
  if (!process.env.QUERATOR_ENDPOINT) return
  const { endServerOfRun } = await import('./server-of-run.js')
  await endServerOfRun()
}
