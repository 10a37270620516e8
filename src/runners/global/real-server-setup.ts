/** A real Querator for a whole run, for `globalSetup` of Jest and Vitest. The presets `real-server` set it. */
import { usageError } from '../../internal.js'
import setup, { type ProjectOfRun } from './global-setup.js'

/**
 * Starts the server of `QUERATOR_BINARY`, or uses that of `QUERATOR_ENDPOINT`, as `querator-test/global-setup` does.
 * @throws QueratorError if neither variable is set, because the run would be green without a real server
 */
export default async function realServerSetup(project?: ProjectOfRun): Promise<() => Promise<void>> {
  const { QUERATOR_BINARY, QUERATOR_ENDPOINT } = process.env
  if (!QUERATOR_BINARY && !QUERATOR_ENDPOINT) {
    throw usageError(
      'the preset real-server needs a real Querator: set QUERATOR_BINARY to its binary, or QUERATOR_ENDPOINT to the URL of one that runs',
    )
  }
  return setup(project)
}
