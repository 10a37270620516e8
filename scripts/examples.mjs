/** Runs every example from the packed tarball in an empty folder, printed as its runner prints it. */
import { spawnSync } from 'node:child_process'
import { copyExample, installPacked } from './packed.mjs'

const COMMANDS = {
  vitest: ['npx', 'vitest', 'run'],
  jest: ['npx', 'jest'],
  'node-test': ['node', '--test'],
  'one-daemon': ['npx', 'vitest', 'run'],
  permissions: ['npx', 'vitest', 'run'],
  red: ['npx', 'vitest', 'run'],
  'plain-node': ['node', 'orders.js'],
  'yaml-cli': ['./run-tests.sh'],
}

/** Every test of it fails on purpose; what it prints then is held by test/package/red.test.ts. */
const RED = 'red'

const { folder, remove } = installPacked()
const failed = []
for (const [name, [command, ...args]] of Object.entries(COMMANDS)) {
  console.log(`\n== examples/${name}: ${[command, ...args].join(' ')}`)
  const { status } = spawnSync(command, args, { cwd: copyExample(folder, name), stdio: 'inherit', timeout: 120_000 })
  if (status !== (name === RED ? 1 : 0)) failed.push(name)
}
remove()
console.log(`\n${Object.keys(COMMANDS).length - failed.length} as expected, ${failed.length} not`)
if (failed.length > 0) process.exit(1)
