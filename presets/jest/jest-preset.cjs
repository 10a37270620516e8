/** The Jest preset of querator-test: a daemon for each test file, a queue for each test. */
module.exports = {
  testEnvironment: 'node',
  setupFilesAfterEnv: [require.resolve('../../dist/cjs/runners/jest.js')],
}
