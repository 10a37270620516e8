/**
 * `npm run bench`: measures the speed that the package promises, and prints one table.
 *
 * --json            prints JSON instead
 * --only <text>     runs only sections whose name contains this text
 * --against <url>   also measures the server at this URL, where possible
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { jsonOf, type Section, tableOf } from './report.js'
import { codecRows } from './rows/codec.js'
import { depthRows } from './rows/depth.js'
import { heapRows } from './rows/heap.js'
import { inMemoryRows } from './rows/in-memory.js'
import { recordRows } from './rows/record.js'
import { runnerRows } from './rows/runners.js'
import { startRows } from './rows/start.js'
import { storageRows } from './rows/storage.js'
import { suiteRows } from './rows/suite.js'
import { tcpRows } from './rows/tcp.js'
import { waitingRows } from './rows/waiting.js'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string' }, against: { type: 'string' } },
})

const SECTIONS: Record<string, () => Promise<Section>> = {
  tcp: () => tcpRows('protobuf', values.against),
  json: () => tcpRows('json', values.against),
  memory: inMemoryRows,
  record: recordRows,
  depth: depthRows,
  heap: heapRows,
  start: startRows,
  storage: storageRows,
  runners: runnerRows,
  suite: suiteRows,
  waiting: waitingRows,
  codec: codecRows,
}

const sections: Section[] = []
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (values.only !== undefined && !name.includes(values.only)) continue
  process.stderr.write(`measuring ${name} …\n`)
  sections.push(await measure())
}

if (values.json) process.stdout.write(`${jsonOf(sections)}\n`)
else {
  const cpu = cpus()[0]?.model ?? 'unknown'
  process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpu}\n${tableOf(sections)}\n`)
}
