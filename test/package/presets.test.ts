/** The presets, by name and as objects. */
import { expect, test } from 'vitest'
import { bin, projectOf, run, runWith } from './project.js'

const SUITES = {
  jest: `const { clock, queue } = require('querator-test/jest')
    test('leaks', async () => {
      await queue.produce({})
      await queue.lease()
    })
    test('stands still', () => expect(clock.frozen).toBe(true))`,
  vitest: `import { expect, test } from 'vitest'
    import { clock, queue } from 'querator-test/vitest/values'
    test('leaks', async () => {
      await queue.produce({})
      await queue.lease()
    })
    test('stands still', () => expect(clock.frozen).toBe(true))`,
}

function project(runner: 'jest' | 'vitest', preset: string, suite = SUITES[runner], more = '{}') {
  return runner === 'jest'
    ? projectOf({ 'a.test.js': suite, 'jest.config.js': `module.exports = { preset: '${preset}', ...${more} }` })
    : projectOf({
        'a.test.mjs': suite,
        'vitest.config.mjs': `
          import preset from '${preset}'
          import { mergeConfig } from 'vitest/config'
          export default mergeConfig(preset, ${more})`,
      })
}

const COMMANDS = { jest: [], vitest: ['run'] }
const RUNNERS = ['jest', 'vitest'] as const

test.each(
  RUNNERS,
)('%s, strict: leaks fail, the clock stands still, unknown keys of the configuration fail', (runner) => {
  const preset = `querator-test/presets/${runner}/strict`
  const { text } = run(project(runner, preset), bin(runner), ...COMMANDS[runner])
  expect(text).toContain("'leaks' finished, but left open:")
  expect(text).toMatch(/Tests:? +1 failed(, | \| )1 passed/)
  const configured = SUITES[runner]
    .replace('{ clock, queue }', '{ clock, configureDaemon, queue }')
    .replace("test('leaks'", "configureDaemon({ config: { logging: { levle: 'debug' } } })\ntest('leaks'")
  const { text: refused } = run(project(runner, preset, configured), bin(runner), ...COMMANDS[runner])
  expect(refused).toContain("unknown configuration key 'logging.levle'; did you mean 'level'?")
})

test.each(RUNNERS)('%s, real-server: needs a server', (runner) => {
  const folder = project(runner, `querator-test/presets/${runner}/real-server`)
  const { status, text } = run(folder, bin(runner), ...COMMANDS[runner])
  expect(status).toBe(1)
  expect(text).toContain('the preset real-server needs a real Querator: set QUERATOR_BINARY')
  const there = runWith({ QUERATOR_ENDPOINT: 'http://127.0.0.1:9' }, folder, bin(runner), ...COMMANDS[runner])
  expect(there.text).toContain('no answer from http://127.0.0.1:9')
})

test('Jest: the presets are objects that can be spread', () => {
  const config = `
    const strict = require('querator-test/presets/jest/strict')
    const usual = require('querator-test/presets/jest')
    module.exports = { ...usual, globals: strict.globals }`
  const { text } = run(projectOf({ 'a.test.js': SUITES.jest, 'jest.config.js': config }), bin('jest'))
  expect(text).toContain("'leaks' finished, but left open:")
})

test('Jest: a preset that does not exist is an error that names the right ones', () => {
  const { status, text } = run(project('jest', 'querator-test/presets/jest/strickt'), bin('jest'))
  expect(status).toBe(1)
  expect(text).toContain('querator-test has no Jest preset of that name')
})
