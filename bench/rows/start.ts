/** Start: how long it takes to have a daemon, each time in a new process. */
import { execFileSync, spawn } from 'node:child_process'
import { get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { median } from '../measure.js'
import type { Row, Section } from '../report.js'

const DIST = fileURLToPath(new URL('../../../../dist/', import.meta.url))
const RUNS = 9

/** Prints how long the import, the first daemon and a later one take, in milliseconds. */
const SCRIPT = (load: string) => `
  const t0 = performance.now()
  const { startTestDaemon } = ${load}
  const t1 = performance.now()
  const first = await startTestDaemon()
  const t2 = performance.now()
  for (let count = 0; count < 20; count++) await (await startTestDaemon()).close()
  const t3 = performance.now()
  await startTestDaemon()
  console.log(JSON.stringify([t1 - t0, t2 - t1, performance.now() - t3]))`

/** Measures the built package. */
export async function startRows(): Promise<Section> {
  const esm = inProcesses(SCRIPT(`await import('file://${DIST}esm/index.js')`))
  const require = `(await import('node:module')).createRequire('file://${DIST}')('${DIST}cjs/index.js')`
  const cjs = inProcesses(SCRIPT(require))
  const rows: Row[] = [
    { what: 'import of the main entry', measured: esm(0), unit: 'ms', target: 40, ceiling: true },
    { what: 'require of the main entry', measured: cjs(0), unit: 'ms', target: 40, ceiling: true },
    { what: 'startTestDaemon(), the first', measured: esm(1), unit: 'ms', target: 5, ceiling: true },
    { what: 'startTestDaemon(), warm', measured: esm(2), unit: 'ms', target: 1, ceiling: true },
    await commandRow(),
  ]
  return { title: `Start, median of ${RUNS} processes`, rows }
}

function inProcesses(script: string): (index: number) => number {
  const runs = Array.from({ length: RUNS }, () => {
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    return JSON.parse(printed) as number[]
  })
  return (index) => median(runs.map((run) => run[index] as number))
}

async function commandRow(): Promise<Row> {
  const times: number[] = []
  const bare: number[] = []
  for (let run = 0; run < RUNS; run++) {
    times.push(await untilHealthy(20_000 + ((process.pid + run) % 10_000)))
    const start = performance.now()
    execFileSync(process.execPath, ['-e', '0'])
    bare.push(performance.now() - start)
  }
  const note = `node itself: ${median(bare).toFixed(0)} ms`
  return { what: 'querator healthy', measured: median(times), unit: 'ms', target: 120, ceiling: true, note }
}

/**
 * The time from the start of the process to the first successful GET /health. Use a port that the system does not
 * assign.
 */
async function untilHealthy(port: number): Promise<number> {
  const start = performance.now()
  const address = `127.0.0.1:${port}`
  const command = [`${DIST}esm/cli/main.js`, '--address', address, '--log-level', 'error']
  const daemon = spawn(process.execPath, command, { stdio: 'ignore' })
  // Poll once per millisecond. Polling all the time would take the processor from the starting process.
  while (!(await isHealthy(`http://${address}/health`))) await setTimeout(1)
  const took = performance.now() - start
  daemon.kill()
  return took
}

function isHealthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).once('error', () => resolve(false))
  })
}
