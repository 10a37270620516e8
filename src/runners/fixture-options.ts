/** Options of a runner's fixtures: how their daemon is started, and what happens on leaks. */
import { LEAKS_MODES, type LeaksMode, type TestDaemonOptions } from '../index.js'
import { checkOptions, DAEMON_OPTIONS, usageError } from '../internal.js'

/** Options of the fixtures: those of `startTestDaemon()`, and `leaks`. */
export interface FixtureOptions extends TestDaemonOptions {
  /**
   * What happens if a passing test leaves items leased, leases waiting or calls without `await` in its own queues. `'warn'` prints a
   * warning, `'error'` makes the test fail, `'off'` does nothing. Default `'warn'`.
   */
  readonly leaks?: LeaksMode
}

/** Splits the options. @throws QueratorError for an unknown option or an invalid `leaks` */
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
  throw usageError(`leaks is one of ${LEAKS_MODES.join(', ')}; got ${String(mode)}`)
}
