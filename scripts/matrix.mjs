/**
 * `npm run matrix`: runs the suites of test/matrix in every supported runner, on every Node version, from the packed
 * tarball. Build the package first.
 *
 * A cell is green if its run ends with status 0, passes the expected number of tests, prints no warning, and leaves no
 * queue on a shared server and no process. The suite that fails on purpose must also print each of its causes once.
 *
 * --each-once       runs each row and each column once, with one place of the daemon at a time
 * --only <text>     runs only rows whose name contains this text
 * --folder <path>   installs there and keeps the folder. The next run reinstalls the package and whatever is missing
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startTestDaemon } from '../dist/esm/index.js'
import { leftInTheEnd, newMark, RUN_MARK } from './left-processes.mjs'
import { installHomes, NODES, nodeOf } from './matrix/homes.mjs'
import { ROWS, SUITES } from './matrix/rows.mjs'

/** The limit for a cell, in milliseconds. A cell that takes longer hangs. */
const LONGEST = 90_000

/** How many cells run at the same time. */
const AT_ONCE = 2

/** Warnings of a runner about something left behind or hanging. */
const WARNINGS =
  /did not exit|open handle|failed to exit|force exited|something prevents|close timed out|hanging|Unhandled|left open:/i

const { values: options } = parseArgs({
  options: { 'each-once': { type: 'boolean' }, only: { type: 'string' }, folder: { type: 'string' } },
})

const rows = ROWS.filter((row) => row.name.includes(options.only ?? ''))
const folder =
  options.folder === undefined ? mkdtempSync(join(tmpdir(), 'querator-test-matrix-')) : resolve(options.folder)
mkdirSync(folder, { recursive: true })
installHomes(folder, rows, NODES, (line) => console.log(line))

const cells = options['each-once'] ? eachOnce() : rows.flatMap((row) => columnsOf(row).map((node) => ({ row, node })))
const results = new Map()
const waiting = [...cells]
await Promise.all(Array.from({ length: AT_ONCE }, work))
const failed = [...results.values()].filter((result) => !result.green)
printTable()
for (const { name, output } of failed) console.log(`\n== ${name}\n${output}`)
console.log(`\n${results.size - failed.length} green, ${failed.length} red`)
if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
process.exit(failed.length > 0 ? 1 : 0)

async function work() {
  for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
    const result = await runCell(cell)
    results.set(keyOf(cell), result)
    console.log(`${result.green ? 'green' : 'RED  '} ${keyOf(cell)}`)
  }
}

/** The columns in which a row runs. */
function columnsOf(row) {
  return NODES.filter((node) => !row.without?.includes(node))
}

/** Runs each row once. Columns alternate, and places of the daemon alternate more slowly. */
function eachOnce() {
  return rows.map((row, index) => {
    const columns = columnsOf(row)
    const mode = row.modes[Math.floor(index / NODES.length) % row.modes.length]
    return { row, node: columns[index % columns.length], modes: [mode] }
  })
}

function keyOf({ row, node }) {
  return `${row.name}, Node ${node}`
}

async function runCell({ row, node, modes = row.modes }) {
  const started = performance.now()
  for (const mode of modes) {
    const name = `${keyOf({ row, node })}, daemon: ${mode}`
    const problem = await runMode(row, node, mode)
    if (problem !== undefined) return { green: false, name, output: problem }
  }
  const problem = await runRed(row, node)
  if (problem !== undefined) return { green: false, name: `${keyOf({ row, node })}, red`, output: problem }
  return { green: true, seconds: (performance.now() - started) / 1000 }
}

/** Runs the suite that fails on purpose. It must print each of its causes once. */
async function runRed(row, node) {
  const { home, red, command } = row
  if (red === undefined) return undefined
  const project = mkdtempSync(join(folder, home, 'project-'))
  writeFiles(project, red.files)
  const { status, output, leftRunning } = await run(programOf(row, node), [...command, ...(red.flags ?? [])], project)
  rmSync(project, { recursive: true, force: true })
  if (status !== 1) return `it ended with status ${status} instead of 1\n${output}`
  if (leftRunning.length > 0) return leftBehind(leftRunning, output)
  for (const pattern of red.says) {
    const count = output.match(pattern)?.length ?? 0
    if (count !== 1) return `it printed ${pattern} ${count} times\n${output}`
  }
  return undefined
}

/** Returns what went wrong, or undefined. */
async function runMode(row, node, mode) {
  const home = join(folder, row.home)
  const project = mkdtempSync(join(home, 'project-'))
  writeFiles(project, row.files(mode))
  const server = mode === 'elsewhere' ? await startTestDaemon({ endpoint: '' }) : undefined
  const endpoint = await server?.listen()
  const { status, output, leftRunning } = await run(programOf(row, node), row.command, project, endpoint)
  const left = server === undefined ? [] : (await server.client.queuesList({ limit: 1000 })).items
  await server?.close()
  rmSync(project, { recursive: true, force: true })
  const passed = Number(row.passed.exec(output)?.[1] ?? 0)
  const wanted = row.passes(mode)
  if (status !== 0)
    return `it ${status === null ? `did not end within ${LONGEST} ms` : `ended with status ${status}`}\n${output}`
  if (passed !== wanted) return `${passed} tests passed instead of ${wanted}\n${output}`
  if (WARNINGS.test(output)) return `it warned\n${output}`
  if (leftRunning.length > 0) return leftBehind(leftRunning, output)
  if (left.length > 0) return `it left queues: ${left.map((info) => info.queueName).join(', ')}\n${output}`
  return undefined
}

/** Says which processes outlived a run. */
function leftBehind(commands, output) {
  return `it left processes behind:\n${commands.join('\n')}\n${output}`
}

/** Node, or what the row runs in instead of Node. */
function programOf({ home, program }, node) {
  return program === undefined ? nodeOf(folder, node) : join(folder, home, program)
}

function writeFiles(project, files) {
  for (const [name, content] of Object.entries(files)) {
    const { head = '', copy } = typeof content === 'string' ? {} : content
    const text = copy === undefined ? content : head + readFileSync(join(SUITES, copy), 'utf8')
    writeFileSync(join(project, name), text)
  }
}

/**
 * Runs a program with the environment of a user's shell. `status` is null if it had to be killed. `leftRunning` are the
 * command lines of its processes that outlived it. They are killed.
 */
function run(program, args, cwd, endpoint) {
  const foreign = /^(VITEST|JEST|NODE_|TEST|QUERATOR|FORCE_COLOR|CI|npm_)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  if (endpoint !== undefined) env.QUERATOR_ENDPOINT = endpoint
  env.NO_COLOR = '1'
  const mark = newMark()
  env[RUN_MARK] = mark
  return new Promise((settle) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST,
      killSignal: 'SIGKILL',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    // A process that was left behind may hold the output, so that there is no 'close' before it is killed.
    const ended = new Promise((settle) => child.once('exit', () => settle(endLeft(mark))))
    child.once('close', async (status) => settle({ status, output, leftRunning: await ended }))
  })
}

/** Kills what outlived its run, and returns its command lines. */
async function endLeft(mark) {
  const left = await leftInTheEnd(mark)
  for (const { pid } of left) process.kill(pid, 'SIGKILL')
  return left.map(({ command }) => command)
}

function printTable() {
  const width = Math.max(...rows.map((row) => row.name.length))
  console.log(`\n${''.padEnd(width)} ${NODES.map((node) => `Node ${node}`.padStart(12)).join('')}`)
  for (const row of rows) {
    const line = NODES.map((node) => {
      if (!columnsOf(row).includes(node)) return 'n/a'
      const result = results.get(keyOf({ row, node }))
      if (result === undefined) return ''
      return result.green ? `${result.seconds.toFixed(1)} s` : 'RED'
    })
    console.log(`${row.name.padEnd(width)} ${line.map((text) => text.padStart(12)).join('')}`)
  }
}
