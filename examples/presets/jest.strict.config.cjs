module.exports = { preset: 'querator-test/presets/jest/strict', testMatch: ['**/*.jest.cjs'] }
