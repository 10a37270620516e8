/**
 * Runs every example from the packed tarball in an empty folder, two at a time, and shows the output of its runner. For
 * the example that fails on purpose, it prints only whether it did. An example must leave no process behind.
 */
import { spawn, spawnSync } from 'node:child_process'
import { leftInTheEnd, newMark, RUN_MARK } from './left-processes.mjs'
import { copyExample, installPacked } from './packed.mjs'
import { runRed } from './red-example.mjs'

/** What examples use beside the runners: recipes for the command `querator`, and the presets for jsdom. */
const TOOLS = {
  concurrently: '^9.0.0',
  'start-server-and-test': '^3.0.0',
  'wait-on': '^9.0.0',
  jsdom: '^26.0.0',
  'jest-environment-jsdom': '^30.0.0',
}

/** The command of each example, or several that run one after the other. */
const COMMANDS = {
  vitest: ['npx', 'vitest', 'run'],
  'vitest-values': ['npx', 'vitest', 'run'],
  jest: ['npx', 'jest'],
  'node-test': ['node', '--test'],
  playwright: ['npx', 'playwright', 'test'],
  mocha: ['npx', 'mocha'],
  bun: ['npx', 'bun', 'test'],
  deno: ['npx', 'deno', 'test', '--allow-all'],
  cucumber: ['npx', 'cucumber-js'],
  'one-daemon': ['npx', 'vitest', 'run'],
  presets: ['node', 'run-all.mjs'],
  permissions: ['npx', 'vitest', 'run'],
  faults: ['npx', 'vitest', 'run'],
  storage: ['npx', 'vitest', 'run'],
  crash: [
    ['npx', 'vitest', 'run'],
    ['npx', 'jest'],
  ],
  // test/package/consumer-bugs.test.ts runs its other suite.
  consumer: ['npx', 'vitest', 'run'],
  red: ['npx', 'vitest', 'run'],
  'plain-node': ['node', 'orders.js'],
  'yaml-cli': ['./run-tests.sh'],
  // The same port each time: the next one fails if the one before leaves its server behind.
  command: [
    ['npm', 'run', 'test:start-server-and-test'],
    ['npm', 'run', 'test:concurrently'],
    ['npm', 'run', 'test:wait-on'],
    ['npm', 'run', 'test:shell'],
    ['./run-tests.sh'],
  ],
  python: ['python3', '-m', 'unittest'],
  go: ['go', 'test', '-count=1', './...'],
}

/** Those that listen on ports of their own choice. They run one after the other. */
const WITH_PORTS = ['command', 'yaml-cli', 'one-daemon', 'playwright', 'python', 'go']

/** Languages that a machine may lack, by the example. The command says whether it is there. */
const NEEDS = { python: ['python3', '--version'], go: ['go', 'version'] }

/** All of its tests fail on purpose. test/package/red.test.ts checks their output. */
const RED = 'red'

const isThere = ([command, ...args]) => spawnSync(command, args).status === 0
const missing = Object.keys(NEEDS).filter((name) => !isThere(NEEDS[name]))
const present = Object.entries(COMMANDS).filter(([name]) => !missing.includes(name))
const runs = present.flatMap(([name, command]) =>
  (typeof command[0] === 'string' ? [command] : command).map((one) => ({ name, command: one })),
)
const hasPort = ({ name }) => WITH_PORTS.includes(name)
const waiting = [runs.filter(hasPort), ...runs.filter((run) => !hasPort(run)).map((run) => [run])]
const { folder, remove } = installPacked(TOOLS)
const failed = []
await Promise.all([work(), work()])
remove()
for (const name of missing) console.log(`\nexamples/${name} did not run: there is no ${NEEDS[name][0]} here`)
console.log(`\n${runs.length - failed.length} as expected, ${[`${failed.length} not`, ...failed].join('\n- ')}`)
if (failed.length > 0) process.exit(1)

/** Takes examples until none is left. */
async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const { name, command } of next) {
      const title = `examples/${name}: ${command.join(' ')}`
      const example = copyExample(folder, name)
      const { asExpected, text } = await (name === RED ? failsAsItShould(example, command) : succeeds(example, command))
      console.log(`\n== ${title}\n${text}`)
      if (!asExpected) failed.push(title)
    }
  }
}

async function succeeds(cwd, [command, ...args]) {
  const mark = newMark()
  const env = { ...process.env, [RUN_MARK]: mark }
  const { status, text } = await ended(spawn(command, args, { cwd, env, timeout: 120_000 }))
  const left = await leftInTheEnd(mark)
  const leftText = left.length === 0 ? [] : ['It left processes behind:', ...left.map(({ command }) => command)]
  return { asExpected: status === 0 && left.length === 0, text: [text, ...leftText].join('\n') }
}

/** Resolves with the status and all output of a process. */
function ended(child) {
  const chunks = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk))
  return new Promise((resolve) => {
    const end = (status, more = '') => resolve({ status, text: Buffer.concat(chunks).toString() + more })
    child.on('error', (error) => end(1, error.message))
    child.on('close', (status) => end(status))
  })
}

function failsAsItShould(cwd, command) {
  const { asExpected, text } = runRed(cwd, command)
  return {
    asExpected,
    text: `Its tests fail on purpose. Their output is printed only if one of them does not.\n${text}`,
  }
}
