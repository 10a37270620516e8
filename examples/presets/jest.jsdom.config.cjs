module.exports = { preset: 'querator-test/presets/jest/jsdom', testMatch: ['**/*.jest.cjs'] }
