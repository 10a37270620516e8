/**
 * Runs every example from the packed tarball in an empty folder and shows the output of its runner. For the example
 * that fails on purpose, it prints only whether it did.
 */
import { spawnSync } from 'node:child_process'
import { copyExample, installPacked } from './packed.mjs'
import { runRed } from './red-example.mjs'

const COMMANDS = {
  vitest: ['npx', 'vitest', 'run'],
  jest: ['npx', 'jest'],
  'node-test': ['node', '--test'],
  mocha: ['npx', 'mocha'],
  bun: ['npx', 'bun', 'test'],
  deno: ['npx', 'deno', 'test', '--allow-all'],
  cucumber: ['npx', 'cucumber-js'],
  'one-daemon': ['npx', 'vitest', 'run'],
  permissions: ['npx', 'vitest', 'run'],
  // test/package/consumer-bugs.test.ts runs its other suite.
  consumer: ['npx', 'vitest', 'run'],
  red: ['npx', 'vitest', 'run'],
  'plain-node': ['node', 'orders.js'],
  'yaml-cli': ['./run-tests.sh'],
}

/** All of its tests fail on purpose. test/package/red.test.ts checks their output. */
const RED = 'red'

const { folder, remove } = installPacked()
const failed = []
for (const [name, command] of Object.entries(COMMANDS)) {
  console.log(`\n== examples/${name}: ${command.join(' ')}`)
  const example = copyExample(folder, name)
  if (!(name === RED ? failsAsItShould(example, command) : succeeds(example, command))) failed.push(name)
}
remove()
const others = failed.length === 0 ? '' : `: ${failed.join(', ')}`
console.log(`\n${Object.keys(COMMANDS).length - failed.length} as expected, ${failed.length} not${others}`)
if (failed.length > 0) process.exit(1)

function succeeds(cwd, [command, ...args]) {
  return spawnSync(command, args, { cwd, stdio: 'inherit', timeout: 120_000 }).status === 0
}

function failsAsItShould(cwd, command) {
  console.log('Its tests fail on purpose. Their output is printed only if one of them does not.')
  const { asExpected, text } = runRed(cwd, command)
  console.log(text)
  return asExpected
}
