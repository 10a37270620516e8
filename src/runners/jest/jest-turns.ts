/** How the fixtures of a Jest file learn which test runs: from our environment, or else from hooks. */
import type { FileDaemon } from '../../fixtures/file-daemon.js'
import { trackOpenRequests } from '../../fixtures/release-sockets.js'
import type { RunningTest } from '../../fixtures/running-tests.js'
import { Turns } from '../../fixtures/turns.js'
import { brakeFromNowOn, timersNow } from '../../internal.js'
import type { EnvironmentHost } from './environment-host.js'
import type { JestGlobals } from './jest-globals.js'
import { endOfTest, reportOnTest, runLast, testTimeout } from './jest-state.js'

/** Jest's own: the timeout of the running test. Without our environment, further ones are not known. */
export const OPEN = { Timeout: 1 }

/** Returns the same with further timers of Jest. One that is gone by now was short. */
function openIn({ jestsTimers }: EnvironmentHost): typeof OPEN {
  return { Timeout: OPEN.Timeout + Math.min(jestsTimers, timersNow()) }
}

/** Returns the test that runs now. Undefined between tests, and for concurrent ones. */
export type InTurn = () => RunningTest | undefined

/** Follows the events that our environment passes on. They come after all hooks, and without Jest's state. */
export function followEnvironment(host: EnvironmentHost, file: FileDaemon): InTurn {
  const turns = new Turns()
  const end = fileEnd(file)
  host.listener = {
    async begin(test) {
      await turns.begin(file.tests, { ...test, open: openIn(host) })
    },
    end: async (how) => (await turns.end(how))?.text,
    async endFile() {
      await end.tests()
      await file.retire()
    },
    release: end.release,
  }
  return turns.inTurn
}

/** Follows Jest's hooks. Its state, known by a symbol, tells the rest. */
export function followHooks(globals: JestGlobals, file: FileDaemon): InTurn {
  const turns = new Turns()
  const end = fileEnd(file)
  let isLast = false
  globals.beforeEach(async () => {
    const { currentTestName: name = 'queue', testPath } = globals.expect.getState()
    await turns.begin(file.tests, { name, file: testPath, timeout: testTimeout(), open: OPEN })
  })
  const endTest = async () => reportOnTest((await turns.end(endOfTest()))?.text)
  const endFile = async () => {
    try {
      await end.tests()
    } finally {
      end.release()
    }
    if (isLast) await file.retire()
  }
  globals.afterEach(endTest)
  globals.afterAll(endFile)
  globals.beforeAll(() => {
    isLast = runLast(endTest, endFile)
  })
  return turns.inTurn
}

/** What happens when the tests of a file are over, with our environment or without it. */
function fileEnd({ tests }: FileDaemon): { tests(): Promise<void>; release(): void } {
  const releaseSockets = trackOpenRequests()
  return {
    // A concurrent test that timed out still runs.
    tests: () => tests.endAll(),
    release() {
      releaseSockets()
      brakeFromNowOn()
    },
  }
}
