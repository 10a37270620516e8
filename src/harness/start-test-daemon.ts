/** `startTestDaemon`: a daemon for a test, from a few options. */
import { inspect } from 'node:util'
import type { CallSites } from '../client/call-site.js'
import { checkOptions } from '../client/known-options.js'
import { turnDue } from '../clock/event-loop.js'
import { usageError } from '../errors.js'
import { AttachedServer } from './backing/attached-server.js'
import { EmbeddedBacking, type ServeControl } from './backing/embedded-backing.js'
import { foundControl, knownControl } from './backing/find-control.js'
import { ServerElsewhere } from './backing/server-elsewhere.js'
import { DAEMON_OPTIONS, type TestDaemonOptions } from './daemon-options.js'
import { TestDaemon } from './handles/test-daemon.js'
import { newDaemon } from './new-daemon.js'
import { hostedDaemon } from './realm/daemon-host.js'

/**
 * Starts an in-memory daemon. It opens no port, reads no file unless you name one, and starts no process.
 *
 *     const daemon = await startTestDaemon({ clock: 'frozen' })
 *     const orders = await daemon.createQueue({ name: 'orders' })
 *
 * @throws QueratorError if an option is unknown or invalid, or the configuration is wrong
 */
export async function startTestDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  await turnDue()
  checkOptions('startTestDaemon', options, DAEMON_OPTIONS)
  const [endpoint, apiKey] = serverOf(options)
  if (!endpoint) {
    const daemon = openTestDaemon(options)
    await daemon.forRunner.opening
    return daemon
  }
  checkNone(options, endpoint)
  return new TestDaemon(new AttachedServer(endpoint, apiKey, await foundControl(endpoint)))
}

/**
 * Starts a daemon as {@link startTestDaemon} does, and returns it without a promise.
 * @throws QueratorError if an option is unknown or invalid, or the configuration is wrong
 */
export function openTestDaemon(options: TestDaemonOptions = {}): TestDaemon {
  checkOptions('startTestDaemon', options, DAEMON_OPTIONS)
  const [endpoint, apiKey] = serverOf(options)
  if (endpoint) checkNone(options, endpoint)
  if (endpoint) return new TestDaemon(new AttachedServer(endpoint, apiKey, knownControl(endpoint)))
  const callSites = callSitesOf(options.callSites ?? false)
  return new TestDaemon(new EmbeddedBacking(hostedDaemon(options) ?? newDaemon(options), callSites, serveControl))
}

/** Returns the URL of a server elsewhere and the key for it, if there are any. */
function serverOf({ endpoint, apiKey }: TestDaemonOptions): [endpoint: string | undefined, apiKey: string | undefined] {
  return [endpoint ?? process.env.QUERATOR_ENDPOINT, apiKey ?? process.env.QUERATOR_API_KEY]
}

/** @throws QueratorError if there is something without which a test on a server elsewhere would pass or fail for the wrong reason */
function checkNone({ conditions = [], from, keeps }: TestDaemonOptions, endpoint: string): void {
  if (keeps !== undefined) throw new ServerElsewhere(endpoint).needsEmbedded('the option keeps')
  if (from !== undefined) throw new ServerElsewhere(endpoint).needsEmbedded('the option from')
  if (Array.isArray(conditions) && conditions.length === 0) return
  throw new ServerElsewhere(endpoint).needsEmbedded('the option conditions')
}

/** Few tests need it. */
async function serveControl(...given: Parameters<ServeControl>): Promise<void> {
  const plane = await import('../control/control-plane.js')
  plane.serveControl(...given)
}

function callSitesOf(option: Exclude<TestDaemonOptions['callSites'], undefined>): CallSites | undefined {
  if (typeof option === 'boolean') return option ? { skip: [] } : undefined
  const { skip } = Object(option) as { skip?: unknown }
  if (Array.isArray(skip) && skip.every((part) => typeof part === 'string' && part !== '')) return { skip }
  throw usageError(`the option callSites is true, false or { skip: ['src/querator.ts'] }; got ${inspect(option)}`)
}
