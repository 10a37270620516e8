/** What is mutated, and how the tests run against it; scripts/mutants.mjs starts this, a folder at a time. */
const folder = process.env.QUERATOR_MUTANTS ?? 'engine'

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // `related` would ask Vite for the imports of every test file before each run: the coverage of each test tells as well.
  vitest: { configFile: 'vitest.mutants.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Tables and constants are made before any test runs, and would need all of them.
  ignoreStatic: true,
  concurrency: 2,
  incremental: true,
  incrementalFile: `build/mutants/${folder}/incremental.json`,
  tempDirName: `build/mutants/${folder}/sandbox`,
  ignorePatterns: ['bench', 'build', 'dist', 'examples', 'presets', 'test/package', 'test/matrix'],
  // Types are the business of `npm run types`, and TypeScript 7 has no API to rewrite a tsconfig with.
  disableTypeChecks: false,
  tsconfigFile: 'none',
  // A mutant that makes a test hang is noticed by the time that it takes.
  timeoutMS: 8000,
  timeoutFactor: 1.5,
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: `build/mutants/${folder}/report.json` },
}
