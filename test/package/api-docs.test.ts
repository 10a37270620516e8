/** The API reference in `docs/api` is what the docstrings say, and every exported name has one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../scripts/packed.mjs'
import { run } from './project.js'

const folder = join(ROOT, 'docs', 'api')

test('docs/api is in step with the docstrings; if not, run npm run docs:api', () => {
  const { status, text } = run(ROOT, process.execPath, join('scripts', 'api-docs.mjs'), '--check')
  expect([status, text]).toEqual([0, ''])
})

test('it is a few pages, which do not say where they were written', () => {
  const pages = readdirSync(folder)
  const text = pages.map((page) => readFileSync(join(folder, page), 'utf8')).join('')
  expect(pages.length).toBeLessThanOrEqual(19)
  expect(text.length).toBeLessThan(190_000)
  expect(text).not.toContain(ROOT)
  expect(text).not.toMatch(/file:\/\/|blob\/|node_modules|\/home\/|\/src\/(?!\.)/)
})
