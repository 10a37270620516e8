module.exports = { preset: 'querator-test/presets/jest', testMatch: ['**/*.jest.cjs'] }
