/** The Jest preset for a real Querator, which QUERATOR_BINARY starts or QUERATOR_ENDPOINT names. Tests of `test.embedded` are skipped. */
module.exports = {
  ...require('./jest-preset.cjs'),
  globalSetup: require.resolve('../../dist/cjs/runners/global/real-server-setup.js'),
}
