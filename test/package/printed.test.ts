/** What the guides of runners show of a failing test is what the runner prints. */
import { readFileSync } from 'node:fs'
import { expect, inject, test } from 'vitest'
import { copyExample } from '../../scripts/packed.mjs'
import { bin, run } from './project.js'

/** Removes what differs between runs: ids, milliseconds of a running clock, and the folder of the example. */
function steady(text: string): string[] {
  return text
    .replaceAll(/(\/[^\s/()]+)+\/examples-\w+\/red\//g, '')
    .replaceAll(/(\.\.\/)+node_modules/g, 'node_modules')
    .replaceAll(/\[[\d.]+ms\]/g, '[0ms]')
    .replaceAll(/(querator-test\/dist\/\S+):\d+/g, '$1')
    .replaceAll(/\b[0-9A-Za-z]{27}\b/g, 'ID')
    .replaceAll(/\+\d+ms/g, '+0s')
    .replaceAll(/(\+\d+)\.\d+s/g, '$1s')
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
}

/** The command that runs a suite, by the name of the runner. It runs in its folder of examples/red, or in that above. */
const COMMANDS: Record<string, (suite: string) => string[]> = {
  bun: (suite) => [bin('bun'), 'test', '--preload', 'querator-test/bun', `./bun/${suite}.test.js`],
  cucumber: (suite) => [bin('cucumber-js'), '--require', 'cucumber/support/*.js', `cucumber/${suite}.feature`],
  deno: (suite) => [bin('deno'), 'test', '--allow-all', '--no-check', `deno/${suite}.test.js`],
  mocha: (suite) => [bin('mocha'), '--require', 'querator-test/mocha', `mocha/${suite}.test.js`],
}

test.each(Object.keys(COMMANDS))('%s', (runner) => {
  const page = readFileSync(new URL(`../../docs/runners/${runner}.md`, import.meta.url), 'utf8')
  const shown = [...page.matchAll(/<!-- printed: (\S+)\/(\S+) -->\n```text\n([\s\S]*?)```/g)]
  expect(shown).toHaveLength(1)
  const [, , suite = '', lines = ''] = shown[0] ?? []
  const folder = copyExample(inject('packed'), 'red')
  const [command = '', ...args] = COMMANDS[runner]?.(suite) ?? []
  const { status, text } = run(folder, command, ...args)
  expect(status).toBe(1)
  const printed = steady(text)
  const first = printed.indexOf(steady(lines)[0] ?? '')
  expect(printed.slice(first, first + steady(lines.trimEnd()).length)).toEqual(steady(lines.trimEnd()))
})
