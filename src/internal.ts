/** What the runners' entries use and users do not: not in the package's exports. */
export { brakeFromNowOn, paced } from './clock/event-loop.js'
