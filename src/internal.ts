/** What the runners' entries use and users do not: not in the package's exports. */
export { checkOptions } from './client/known-options.js'
export { brakeFromNowOn, paced } from './clock/event-loop.js'
export { usageError } from './errors.js'
export type { EndOfTest } from './harness/diagnosis/test-of-runner.js'
export { DAEMON_OPTIONS } from './harness/start-test-daemon.js'
export { visible, visibleText } from './visible.js'
