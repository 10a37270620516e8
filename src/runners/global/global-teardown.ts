/** The end of a run, for `globalTeardown` of Jest; the preset has it. */

/** Stops what `querator-test/global-setup` started, and leaves no queue of this run on a server that was there. */
export default async function teardown(): Promise<void> {
  if (!process.env.QUERATOR_ENDPOINT) return
  const { endServerOfRun } = await import('./server-of-run.js')
  await endServerOfRun()
}
