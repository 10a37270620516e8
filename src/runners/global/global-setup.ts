/**
 * One server for a whole run, for `globalSetup` of Jest and Vitest: the workers find it through the variable
 * `QUERATOR_ENDPOINT`, and in Vitest through `inject('queratorEndpoint')` as well.
 */
import { endServerOfRun, startServerOfRun } from './server-of-run.js'

/** What Vitest passes; Jest passes something else. */
interface Project {
  provide?(key: 'queratorEndpoint', value: string): void
}

/** Starts it; returns a function to stop it, which Vitest calls. In Jest the preset does that. */
export default async function setup(project?: Project): Promise<() => Promise<void>> {
  const endpoint = await startServerOfRun()
  project?.provide?.('queratorEndpoint', endpoint)
  return endServerOfRun
}
