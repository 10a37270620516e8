/** The Jest preset for one server that all test files share. */
module.exports = {
  ...require('./jest-preset.cjs'),
  globalSetup: require.resolve('../../dist/cjs/runners/global/global-setup.js'),
}
