/** Runs a test of Deno with its queues. */
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import type { RunningTests } from '../../fixtures/running-tests.js'
import { wakeAfter } from '../../internal.js'
import type { DenoTestContext } from './deno-test.js'

/** The time after which a waiting test is explained, in milliseconds. Deno limits no test. */
const SILENCE = 5000

/** How long a test is kept alive if nothing else does, in milliseconds. A daemon that listens may be called at any time. */
const LONGEST_HOLD = 60_000

/** Runs the body of a test between the beginning and the end of its queues. If it fails, its error has the report. */
export async function runTest(tests: RunningTests, context: DenoTestContext, body: () => unknown): Promise<void> {
  const { name, origin } = context
  const file = origin.startsWith('file:') ? fileURLToPath(origin) : origin
  // Deno gives a test up if nothing keeps the process alive. A port does while somebody listens. Once the daemon can do nothing more by
  // itself, Deno decides, because only Deno knows what else is open.
  const channel = new MessageChannel()
  channel.port1.on('message', () => undefined)
  const letGo = wakeAfter(LONGEST_HOLD, () => channel.port1.close())
  try {
    const test = await tests.begin({ name, file, timeout: SILENCE, stuck: () => channel.port1.close() })
    const error = await failureOf(tests.inside(test, async () => body()))
    const report = await tests.end(
      test,
      error === undefined ? { outcome: 'passed' } : { outcome: 'failed', errors: error },
    )
    if (error === undefined) return
    if (report !== undefined && !addReport(error[0], report.text)) console.error(report.text)
    throw error[0]
  } finally {
    letGo()
    channel.port1.close()
  }
}

/** Returns the error with which a promise rejects, in a list, because it may be anything. Undefined if it resolves. */
async function failureOf(work: Promise<unknown>): Promise<readonly [unknown] | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return [error]
  }
}

/** Adds a text to the message of an error, which is what Deno prints. Returns whether that worked. */
function addReport(error: unknown, text: string): boolean {
  const { message } = Object(error) as { message?: unknown }
  return typeof message === 'string' && Reflect.set(error as object, 'message', `${message}\n\n${text}\n`)
}
