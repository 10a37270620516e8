/** What the runners' entries use and users do not: not in the package's exports. */
export { checkOptions } from './client/known-options.js'
export { brakeFromNowOn, paced } from './clock/event-loop.js'
export { LEAKS_MODES } from './diagnosis/leaks.js'
export type { EndOfTest } from './diagnosis/test-of-runner.js'
export { usageError } from './errors.js'
export { DAEMON_OPTIONS } from './harness/start-test-daemon.js'
export { visible, visibleText } from './visible.js'
