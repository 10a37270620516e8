module.exports = { preset: 'querator-test/presets/jest/one-daemon', testMatch: ['**/*.jest.cjs'] }
