/** The Jest preset of querator-test: a daemon for each test file, a queue for each test. */
module.exports = {
  testEnvironment: require.resolve('../../dist/cjs/runners/jest/jest-environment.js'),
  setupFilesAfterEnv: [require.resolve('../../dist/cjs/runners/jest/jest.js')],
  // Does nothing unless the run uses one server for all.
  globalTeardown: require.resolve('../../dist/cjs/runners/global/global-teardown.js'),
}
