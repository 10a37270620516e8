/**
 * One server for a whole run, for `globalSetup` of Jest and Vitest. Workers find it by the variable `QUERATOR_ENDPOINT`, and in Vitest
 * also by `inject('queratorEndpoint')`.
 */
import { endServerOfRun, startServerOfRun } from './server-of-run.js'

/** The part of Vitest's project that is used here. Jest passes something else. */
export interface ProjectOfRun {
  /** Hands a value to the test files: `inject('queratorEndpoint')`. */
  provide?(key: 'queratorEndpoint', value: string): void
}

/**
 * Starts one server for the whole run, before the test files. It sets `QUERATOR_ENDPOINT`, so that the test files find the server. Vitest
 * calls the returned function after the run. In Jest, the preset stops the server.
 * @throws QueratorError if the server of `QUERATOR_ENDPOINT` does not answer, or that of `QUERATOR_BINARY` does not start
 */
export default async function setup(project?: ProjectOfRun): Promise<() => Promise<void>> {
  const endpoint = await startServerOfRun()
  project?.provide?.('queratorEndpoint', endpoint)
  return endServerOfRun
}
