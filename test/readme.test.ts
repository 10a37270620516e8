/** The documentation is correct: its code is in the examples, its links work, and CI runs its commands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { VERSION } from '../src/daemon/version.js'
import { startTestDaemon } from '../src/index.js'
import { METHODS } from '../src/protocol/methods.js'

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}

function exists(path: string): boolean {
  return existsSync(new URL(`../${path}`, import.meta.url))
}

const examples = readdirSync(new URL('../examples', import.meta.url))
const docs = (readdirSync(new URL('../docs', import.meta.url), { recursive: true }) as string[])
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
const published = ['README.md', 'CHANGELOG.md', ...docs]
const pages = [...published, ...examples.map((name) => `examples/${name}/README.md`).filter(exists)]

/** The anchors of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    return heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
  })
}

test.each(pages)('each code block in %s is part of an example', (page) => {
  const blocks = [...read(page).matchAll(/(?:<!-- (\S+) -->\n)?```(ts|js|json|python|go)\n([\s\S]*?)```/g)]
  for (const [, file, , code] of blocks) {
    expect(file, `where is this from?\n${code}`).toBeDefined()
    expect(read(file as string)).toContain(code)
  }
  for (const [, file = '', code] of read(page).matchAll(/<!-- (\S+) -->\n```sh\n([\s\S]*?)```/g)) {
    expect(read(file)).toContain(code)
  }
})

test.each(
  docs.filter((page) => !['limits', 'differences', 'docs/api/'].some((name) => page.includes(name))),
)('%s begins with code', (page) => {
  expect(read(page).split('```')[0]?.split('\n').length).toBeLessThan(12)
})

test.each(pages)('each link in %s works', (page) => {
  for (const [, path = '', anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
    const target = path === '' ? page : join(dirname(page), path)
    expect(exists(target), target).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(target)).toContain(anchor)
  }
})

test.each(published)('%s links only to files in the package', (page) => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] }
  for (const [, path = ''] of read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
    const target = join(dirname(page), path)
    expect(
      files.some((file) => target === file || target.startsWith(`${file}/`)),
      target,
    ).toBe(true)
  }
})

test('the README fits on one page', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(130)
})

test('CI runs every example, and test/package/config-files.test.ts starts the configurations', () => {
  const run = read('scripts/examples.mjs')
  for (const name of examples.filter((one) => one !== 'config')) expect(run).toMatch(new RegExp(`\\b'?${name}'?: \\[`))
})

test('every option of startTestDaemon is in docs/options.md', async () => {
  const refused: unknown = await startTestDaemon({ nonsense: 1 } as never).catch((error: unknown) => error)
  const options = /[iI]t has: (.*)$/.exec((refused as Error).message)?.[1]?.split(', ') ?? []
  expect(options.length).toBeGreaterThan(3)
  for (const option of options) expect(read('docs/options.md')).toContain(`\n| \`${option}\` |`)
})

test('docs/limits.md lists the limits of each call', () => {
  const text = read('docs/limits.md')
  const sizes = [...text.matchAll(/^\| body of (.*?) \| (\d+) (MB|KB|bytes) \|/gm)].map(
    ([, calls = '', size, unit = '']) => ({
      calls: [...calls.matchAll(/`([^`]+)`/g)].map(([, call]) => `/v1/${call}`),
      bytes: Number(size) * ({ MB: 1e6, KB: 1e3 }[unit] ?? 1),
    }),
  )
  const usual = sizes.find(({ calls }) => calls.length === 0)
  for (const { path, bodyLimit } of Object.values(METHODS)) {
    expect([path, (sizes.find(({ calls }) => calls.includes(path)) ?? usual)?.bytes]).toEqual([path, bodyLimit])
  }
})

test('CI runs the commands in the README', () => {
  const ci = read('.ci/run')
  for (const command of ['npm ci', 'npm test', 'npm run examples']) {
    expect(read('README.md')).toContain(command)
    expect(ci).toContain(command)
  }
})

test('the version matches the package', () => {
  expect(VERSION).toBe((JSON.parse(read('package.json')) as { version: string }).version)
})

test.each(['package-lock.json', 'scripts/api-docs/package-lock.json'])('%s names no host', (file) => {
  expect(read(file)).not.toMatch(/"resolved"|https?:\/\/[^"]*registry/)
})
