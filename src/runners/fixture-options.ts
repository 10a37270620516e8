/** What can be said of the fixtures of a runner: how their daemon is started, and what is done about leaks. */
import { LEAKS_MODES, type LeaksMode, QueratorError, type TestDaemonOptions } from '../index.js'
import { checkOptions, DAEMON_OPTIONS } from '../internal.js'

/** As for `startTestDaemon`, and more. */
export interface FixtureOptions extends TestDaemonOptions {
  /**
   * What is done when a test that passed left items leased, leases waiting or calls without `await` in its own queues:
   * `'warn'` (default) tells so, `'error'` lets the test fail, `'off'` does nothing.
   */
  readonly leaks?: LeaksMode
}

/** The options, apart. @throws QueratorError when there is no such option, or `leaks` is none of its modes */
export function splitOptions(
  options: FixtureOptions,
  taker = 'queratorOptions',
): {
  readonly leaks: LeaksMode
  readonly daemonOptions: TestDaemonOptions
} {
  checkOptions(taker, options, [...DAEMON_OPTIONS, 'leaks'])
  const { leaks = 'warn', ...daemonOptions } = options
  return { leaks: checkedLeaks(leaks), daemonOptions }
}

/** @throws QueratorError when it is none */
export function checkedLeaks(mode: LeaksMode): LeaksMode {
  if (LEAKS_MODES.includes(mode)) return mode
  throw new QueratorError(0, `leaks is one of ${LEAKS_MODES.join(', ')}; got ${String(mode)}`)
}
