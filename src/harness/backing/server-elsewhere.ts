/** Errors about a server elsewhere. */
import { noAnswer } from '../../client/http-send.js'
import { isQueratorError, QueratorError, usageError } from '../../errors.js'
import { isSameServer } from './same-server.js'

/** What `querator-test/global-setup` sets to the kind and the URL of what it started (runners/global/server-of-run.ts). */
const STARTED = 'QUERATOR_TEST_STARTED'

/** Everything that needs a daemon in the process. test/api/attached.test.ts compares the list with the code. */
const EMBEDDED_ONLY = [
  'clock, events, waitFor(), explanation(), snapshot(), pause(), resume(), fault(), outage(), which also work on a server with a control plane (querator --test-control; querator-test/global-setup finds it, or set QUERATOR_TEST_CONTROL to its URL)',
  'history(), explain(), connect(), crash(), restart(), fork(), dump(), createUser(), closeDoor(), recording(), under(), recovered(), track(), quiet(), drain() with a time',
  'the matchers toHaveProduced, toHaveCompleted, toHaveDeadLettered, toHaveLeased with by, and toHaveScheduled with in or at',
  'reports of failed tests and of leaks',
  'all options but endpoint and apiKey',
].join('; ')

const OWN_DAEMON =
  "set endpoint to '' in testWith, configureDaemon, queratorOptions or startTestDaemon to give this file a daemon of its own"

/** The texts of errors, by where the server comes from. */
interface Words {
  readonly server: string
  /** How to run a test that needs a daemon in the process. */
  readonly instead: string
  /** What to do if the server does not reply. Empty if the error says enough. */
  readonly gone: string
  /** Whether all files of a run use it. */
  readonly isShared: boolean
}

/** Makes the errors about a server elsewhere. They say where its URL comes from, so that users know what to change. */
export class ServerElsewhere {
  readonly #endpoint: string
  readonly #words: Words
  #hasListed = false

  constructor(endpoint: string) {
    this.#endpoint = endpoint
    this.#words = wordsOf(endpoint)
  }

  /** Its URL, and where that comes from. */
  get name(): string {
    return `${this.#endpoint} (${this.#words.server})`
  }

  /** Returns the error of a request without a reply within this time. */
  late(time: string): unknown {
    return this.failed(noAnswer(`${this.#endpoint} within ${time}`))
  }

  /** Returns an error that says that `what` needs a daemon in the process. The first one lists what else does. */
  needsEmbedded(what: string): QueratorError {
    const { instead } = this.#words
    const text = `${what} works only on a daemon inside the test process, not on ${this.name}; ${instead}, or write test.embedded(…) to skip it`
    const list = this.#hasListed ? '' : `\nthese need a daemon inside the test process: ${EMBEDDED_ONLY}`
    this.#hasListed = true
    return usageError(text + list)
  }

  /** @throws QueratorError if a fault without a queue would meet the calls of other test files */
  checkReach(queue: string | undefined, what: 'fault' | 'outage'): void {
    if (queue !== undefined || !this.#words.isShared) return
    const instead = what === 'outage' ? 'take a partition away: queue.partition(0).outage()' : 'name a queue: { queue }'
    throw usageError(
      `${what}: other test files use ${this.name} too, and it would meet their calls; ${instead}, or ${OWN_DAEMON}`,
    )
  }

  /** Returns the error of a request. If the server did not reply, the error says what to do. */
  failed(error: unknown): unknown {
    const { gone } = this.#words
    if (gone === '' || !isQueratorError(error) || error.codeText !== 'No Answer') return error
    const { codeText, cause } = error
    return new QueratorError(0, `${error.message}\n${gone}`, { codeText, cause })
  }
}

function wordsOf(endpoint: string): Words {
  const { QUERATOR_ENDPOINT: named, [STARTED]: started = '' } = process.env
  const [kind, url] = started.split(' ')
  const isStarted = isSameServer(url, endpoint)
  // Vitest passes the URL as an option, so only the URL itself shows what started it.
  if (isStarted && kind === 'daemon') {
    return {
      server: 'the daemon that querator-test/global-setup started for the whole run',
      instead: OWN_DAEMON,
      gone: 'querator-test/global-setup started it, and it ends with the run: await what a test starts before the test ends, or run the tests again',
      isShared: true,
    }
  }
  if (isStarted && kind === 'binary') {
    return {
      server: 'the Querator that querator-test/global-setup started from QUERATOR_BINARY',
      instead: OWN_DAEMON,
      gone: 'querator-test/global-setup started it from QUERATOR_BINARY, and it has ended: to see what it prints, start it by hand and set QUERATOR_ENDPOINT to its URL',
      isShared: true,
    }
  }
  if (isSameServer(named, endpoint)) {
    return {
      server: 'from QUERATOR_ENDPOINT',
      instead: 'unset QUERATOR_ENDPOINT to run this test',
      gone: 'QUERATOR_ENDPOINT names it: start it, or unset the variable to use a daemon inside the test process',
      isShared: true,
    }
  }
  const leaveOut = named ? "set the option endpoint to ''" : 'leave out the option endpoint'
  return { server: 'from the option endpoint', instead: `${leaveOut} to run this test`, gone: '', isShared: false }
}
