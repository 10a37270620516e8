/** `querator-test/jest-environment-jsdom`: the user's jsdom environment, with the daemon of the test file in it. */
import { baseEnvironment } from './base-environment.js'
import { type JestEnvironmentClass, withQuerator } from './with-querator.js'

/** The environment of `jest-environment-jsdom` with a daemon. You install `jest-environment-jsdom` yourself. */
const QueratorJsdomEnvironment: JestEnvironmentClass = withQuerator(baseEnvironment('jest-environment-jsdom'))

export default QueratorJsdomEnvironment
