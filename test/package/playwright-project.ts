/** Small projects for Playwright Test, and what its JSON reporter writes about them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bin, type Outcome, projectOf, run } from './project.js'

/** An attempt of a test, as the JSON reporter writes it. */
export interface Attempt {
  readonly status: string
  readonly workerIndex: number
  readonly errors: readonly { readonly message: string }[]
  readonly attachments: readonly { readonly name: string; readonly path?: string; readonly contentType: string }[]
}

export const HEAD = `import { expect, test } from 'querator-test/playwright'\n`
const REPORTERS = [
  ['list'],
  ['json', { outputFile: 'results.json' }],
  ['junit', { outputFile: 'results.xml' }],
  ['html', { open: 'never' }],
]

export const LEASE = `
  await queue.produce({ reference: 'order-1' })
  const lease = await queue.lease({ clientId: 'worker' })`

/** Creates a project with these test files and this configuration. */
export function playwrightProject(files: Record<string, string>, config: object = {}): string {
  const written = Object.entries(files).map(([name, text]) => [name, name.endsWith('.cjs') ? text : HEAD + text])
  return projectOf({
    'package.json': '{ "private": true, "type": "module" }',
    'playwright.config.js': `export default ${JSON.stringify({ reporter: REPORTERS, ...config })}`,
    ...Object.fromEntries(written),
  })
}

export function runIn(folder: string, ...flags: string[]): Outcome {
  return run(folder, bin('playwright'), 'test', ...flags)
}

/** Runs one file with this source, with this configuration. */
export function runTests(source: string, config: object = {}): Outcome & { folder: string } {
  const folder = playwrightProject({ 'a.spec.ts': source }, config)
  return { ...runIn(folder), folder }
}

/** The attempts of each test by its title. */
export function attemptsOf(folder: string): Record<string, Attempt[]> {
  interface Suite {
    readonly suites?: Suite[]
    readonly specs: readonly { readonly title: string; readonly tests: readonly { readonly results: Attempt[] }[] }[]
  }
  const { suites } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as { suites: Suite[] }
  const specs = (suite: Suite): Suite['specs'] => [...suite.specs, ...(suite.suites ?? []).flatMap(specs)]
  return Object.fromEntries(
    suites.flatMap(specs).map(({ title, tests }) => [title, tests.flatMap(({ results }) => results)]),
  )
}
