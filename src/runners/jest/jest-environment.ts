/** `querator-test/jest-environment`: Jest's Node environment, with the daemon of the test file in it. */
import { baseEnvironment } from './base-environment.js'
import {
  type JestEnvironment,
  type JestEnvironmentClass,
  type JestEnvironmentModule,
  withQuerator,
} from './with-querator.js'

export { type JestEnvironment, type JestEnvironmentClass, type JestEnvironmentModule, withQuerator }

/** Jest's Node environment with a daemon. Name it as `testEnvironment`, or in a docblock: `@jest-environment querator-test/jest-environment`. */
const QueratorEnvironment: JestEnvironmentClass = withQuerator(baseEnvironment('jest-environment-node'))

export default QueratorEnvironment
