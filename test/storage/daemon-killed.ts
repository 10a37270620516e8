/** What runs in processes that tests kill: a daemon with a folder, and clients that tell what they ask and what they are told. */
import { writeSync } from 'node:fs'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { readConfig } from '../../src/daemon/config/config.js'
import { Daemon } from '../../src/daemon/daemon.js'
import { EmbeddedBacking } from '../../src/harness/backing/embedded-backing.js'
import { TestDaemon } from '../../src/harness/handles/test-daemon.js'
import { seededRandom } from '../../src/ids/random.js'

/** What a client asks, or is told. It is written before the call, and after the reply. */
export type Told =
  | { readonly sent: readonly string[] }
  | { readonly made: readonly string[] }
  | { readonly leased: readonly { id: string; reference: string; partition: number; attempts: number }[] }
  | { readonly ending: readonly string[] }
  | { readonly ended: readonly string[]; readonly ids: readonly string[] }
  | { readonly freeing: readonly string[] }

/** Opens a daemon with its queue in one folder, and its items in two others. */
export async function daemonIn(folder: string): Promise<{ daemon: TestDaemon; close(): Promise<void> }> {
  const disk = (name: string) => ({ driver: 'badger' as const, config: { 'storage-dir': `${folder}/${name}` } })
  const timeouts = { 'lease-timeout': '10m', 'expire-timeout': '24h' }
  const config = readConfig({
    'queue-storage': disk('queues'),
    'partition-storage': ['a', 'b'].map((name) => ({ name, affinity: 1, ...disk(name) })),
    queues: [{ name: 'q', 'requested-partitions': 2, ...timeouts }],
  })
  const daemon = new Daemon({ clock: new MovableClock('real'), config, opensDoor: true })
  await daemon.opened()
  return {
    daemon: new TestDaemon(new EmbeddedBacking(daemon, undefined, async () => undefined)),
    close: () => daemon.close(),
  }
}

/** Makes random calls until the process is killed. */
export async function callUntilKilled(folder: string, seed: number, life: number): Promise<void> {
  tell({ sent: [] })
  const { daemon } = await daemonIn(folder)
  const random = seededRandom(`${seed} ${life}`)
  const clients = [0, 1, 2].map((client) => callOn(daemon, `${life}-${client}`, (most) => random() % most))
  await Promise.all(clients)
}

function tell(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`)
}

async function callOn({ client }: TestDaemon, name: string, upTo: (most: number) => number): Promise<void> {
  for (let n = 0; ; n++) {
    const items = Array.from({ length: 1 + upTo(3) }, (_, index) => ({ reference: `${name}-${n}-${index}` }))
    const references = items.map(({ reference }) => reference)
    tell({ sent: references })
    await client.queueProduce({ queueName: 'q', requestTimeout: '1m', items })
    tell({ made: references })
    if (upTo(2) === 0) continue
    const request = { queueName: 'q', clientId: name, batchSize: 1 + upTo(4), requestTimeout: '1m' }
    const { partition, items: got } = await client.queueLease(request)
    tell({ leased: got.map(({ id, reference, attempts }) => ({ id, reference, attempts, partition })) })
    const [held, ids] = [got.map(({ reference }) => reference), got.map(({ id }) => id)]
    const what = upTo(4)
    if (what === 0) continue
    if (what === 1) {
      tell({ freeing: held })
      await client.queueRetry({ queueName: 'q', partition, items: ids.map((id) => ({ id })) })
      continue
    }
    tell({ ending: held })
    await client.queueComplete({ queueName: 'q', partition, ids, requestTimeout: '1m' })
    tell({ ended: held, ids })
  }
}
