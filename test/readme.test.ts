/** The README tells the truth: its code stands in the examples, its commands are the ones that CI runs. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERSION } from '../src/daemon/version.js'
import { startTestDaemon } from '../src/index.js'

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}

const readme = read('README.md')

test('each piece of code in the README is a piece of an example', () => {
  const blocks = [...readme.matchAll(/(?:<!-- (\S+) -->\n)?```(ts|js)\n([\s\S]*?)```/g)]
  expect(blocks.length).toBeGreaterThan(4)
  for (const [, file, , code] of blocks) {
    expect(file, `where is this from?\n${code}`).toBeDefined()
    expect(read(file as string)).toContain(code)
  }
})

test('every option of startTestDaemon is in the README', async () => {
  const refused: unknown = await startTestDaemon({ nonsense: 1 } as never).catch((error: unknown) => error)
  const options = /it has: (.*)$/.exec((refused as Error).message)?.[1]?.split(', ') ?? []
  expect(options.length).toBeGreaterThan(3)
  for (const option of options) expect(readme).toContain(`\n| \`${option}\` |`)
})

test("CI runs the README's own commands", () => {
  const ci = read('.ci/run')
  for (const command of ['npm ci', 'npm test', 'npm run examples']) {
    expect(readme).toContain(command)
    expect(ci).toContain(command)
  }
})

test('the version is that of the package', () => {
  expect(VERSION).toBe((JSON.parse(read('package.json')) as { version: string }).version)
})

test('the lock file names no host', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/[^"]*registry/)
})
