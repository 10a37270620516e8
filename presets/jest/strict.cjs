/** The strict Jest preset: leaks fail, unknown keys of the configuration fail, and the clock stands still until a test moves it. */
module.exports = {
  ...require('./jest-preset.cjs'),
  globals: { queratorOptions: { leaks: 'error', unknownKeys: 'error', clock: 'frozen' } },
}
