// Presets are plain objects, so you can put them together.
const jsdom = require('querator-test/presets/jest/jsdom')
const strict = require('querator-test/presets/jest/strict')

module.exports = { ...strict, testEnvironment: jsdom.testEnvironment, testMatch: ['**/*.jest.cjs'] }
