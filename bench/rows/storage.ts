/** Each driver: how many items a second it keeps, and how long a start takes with many. And a fork, which takes the same way. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConfigTree, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { NO_POSTGRES, PostgresServer } from '../../test/support/postgres.js'
import { median, perSecond, settle, timed } from '../measure.js'
import type { Row, Section } from '../report.js'

/** Items in a call, and calls at the same time. */
const BATCH = 1000
const CLIENTS = 10
const ROUNDS = 9
/** How often all clients call in a round. */
const REPEATS = 5
/** Rounds that are not counted. */
const FIRST_ROUNDS = 2
const MANY = 1_000_000

const ITEMS = Array.from({ length: BATCH }, (_, n) => {
  return { reference: String(n), encoding: '', kind: '', bytes: new Uint8Array(100) }
})

/** A driver, and where it keeps things. */
interface Driver {
  readonly name: string
  readonly config: ConfigTree
  readonly writes?: number
  readonly start?: number
}

/** Measures the drivers in turn. */
export async function storageRows(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-storage-'))
  const postgres = NO_POSTGRES === '' ? await PostgresServer.start() : undefined
  const drivers: Driver[] = [
    { name: 'memory', config: {} },
    { name: 'badger', config: lasting('badger', { 'storage-dir': join(folder, 'a') }), writes: 100_000, start: 3000 },
    { name: 'badger with sync', config: lasting('badger', { 'storage-dir': join(folder, 'b'), sync: true }) },
  ]
  if (postgres !== undefined) {
    drivers.push({ name: 'postgres', config: lasting('postgres', { 'connection-string': postgres.url() }) })
  }
  const rows: Row[] = []
  for (const driver of drivers) rows.push(...(await writes(driver)))
  for (const driver of drivers) if (driver.name !== 'memory') rows.push(await start(driver))
  rows.push(await fork())
  await postgres?.stop()
  rmSync(folder, { recursive: true })
  return { title: `Storages: produce in batches of ${BATCH} items of 100 bytes, and a start`, rows }
}

function lasting(driver: string, config: object): ConfigTree {
  return { 'queue-storage': { driver, config }, 'partition-storage': [{ name: 'd', driver, affinity: 1, config }] }
}

function open({ config }: Driver): Promise<TestDaemon> {
  return startTestDaemon({ endpoint: '', log: 'silent', config, limits: { memory: '6GB' } })
}

async function produce(daemon: TestDaemon, queueName: string): Promise<void> {
  const call = () => daemon.client.queueProduce({ queueName, items: ITEMS, requestTimeout: '1m' })
  await Promise.all(Array.from({ length: CLIENTS }, call))
}

async function writes(driver: Driver): Promise<Row[]> {
  const daemon = await open(driver)
  await daemon.createQueue({ name: 'writes' })
  const took: number[] = []
  const one: number[] = []
  for (let round = -FIRST_ROUNDS; round < ROUNDS; round++) {
    await settle()
    const batch = await timed(async () => {
      for (let repeat = 0; repeat < REPEATS; repeat++) await produce(daemon, 'writes')
    })
    if (round >= 0) took.push(batch)
    const request = { queueName: 'writes', items: ITEMS.slice(0, 1), requestTimeout: '1m' }
    for (let call = 0; call < 50; call++) one.push(await timed(() => daemon.client.queueProduce(request)))
  }
  await daemon.client.queuesDelete({ queueName: 'writes' })
  await daemon.close()
  const measured = perSecond(REPEATS * BATCH * CLIENTS, median(took))
  const target = driver.writes === undefined ? {} : { target: driver.writes }
  return [
    { what: `${driver.name}: produce`, measured, unit: 'items/s', ...target },
    { what: `${driver.name}: one item, alone`, measured: median(one) * 1000, unit: 'µs' },
  ]
}

async function start(driver: Driver): Promise<Row> {
  const daemon = await open(driver)
  await daemon.createQueue({ name: 'many' })
  for (let made = 0; made < MANY; made += BATCH * CLIENTS) await produce(daemon, 'many')
  await daemon.close()
  await settle()
  const took: number[] = []
  for (let round = 0; round < 3; round++) {
    let again: TestDaemon | undefined
    took.push(
      await timed(async () => {
        again = await open(driver)
      }),
    )
    await again?.close()
    again = undefined
    await settle()
  }
  const target = driver.start === undefined ? {} : { target: driver.start, ceiling: true }
  return { what: `${driver.name}: start with a million items`, measured: median(took), unit: 'ms', ...target }
}

async function fork(): Promise<Row> {
  const daemon = await open({ name: 'memory', config: {} })
  await daemon.createQueue({ name: 'q' })
  await produce(daemon, 'q')
  const took: number[] = []
  for (let round = 0; round < 20; round++) {
    let copy: TestDaemon | undefined
    took.push(
      await timed(async () => {
        copy = await daemon.fork()
      }),
    )
    await copy?.close()
  }
  await daemon.close()
  return { what: `fork with ${BATCH * CLIENTS} items`, measured: median(took), unit: 'ms' }
}
