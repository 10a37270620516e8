module.exports = { preset: 'querator-test/presets/jest/real-server', testMatch: ['**/*.jest.cjs'] }
