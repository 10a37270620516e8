/** The Jest preset for suites in jsdom. Install jest-environment-jsdom. */
module.exports = {
  ...require('./jest-preset.cjs'),
  testEnvironment: require.resolve('../../dist/cjs/runners/jest/jest-environment-jsdom.js'),
}
