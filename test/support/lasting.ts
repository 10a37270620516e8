/** Test daemons whose storages are those of a test. */
import type { CallSites } from '../../src/client/call-site.js'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { serveControl } from '../../src/control/control-plane.js'
import { type ConfigTree, readConfig } from '../../src/daemon/config/config.js'
import { Daemon } from '../../src/daemon/daemon.js'
import type { DaemonOptions } from '../../src/daemon/daemon-options.js'
import { EmbeddedBacking } from '../../src/harness/backing/embedded-backing.js'
import { TestDaemon } from '../../src/harness/handles/test-daemon.js'
import type { Storage } from '../../src/storage/storage.js'

/** The storages of a daemon. Those that are left out are in memory. */
export interface GivenStorages {
  readonly queues?: Storage | undefined
  /** By the name of the partition storage. */
  readonly partitions: Readonly<Record<string, Storage | undefined>>
  readonly config?: ConfigTree
  /** Default: calls do not note where they are made. */
  readonly callSites?: CallSites
}

/** A daemon whose queues and partitions are all in one storage. */
export function inOneStorage(storage: Storage, options: Partial<DaemonOptions> = {}): Promise<TestDaemon> {
  return lastingDaemon({ queues: storage, partitions: { disk: storage } }, options)
}

/** Starts a daemon, on a frozen clock unless `options` say otherwise. */
export async function lastingDaemon(given: GivenStorages, options: Partial<DaemonOptions> = {}): Promise<TestDaemon> {
  const daemon = new Daemon({
    clock: new MovableClock('frozen'),
    events: 10_000,
    opensDoor: true,
    config: readConfig({ ...configOf(given), ...given.config }),
    makeStorages: async () => ({ queues: given.queues, partitions: new Map(kept(given)) }),
    ...options,
  })
  await daemon.opened()
  return new TestDaemon(new EmbeddedBacking(daemon, given.callSites, async (...of) => serveControl(...of)))
}

/** The daemon behind a test daemon. */
export function daemonOf(daemon: TestDaemon): Daemon {
  return daemon.forRunner.place('test').daemon
}

function configOf({ queues, partitions }: GivenStorages): ConfigTree {
  const config = { 'storage-dir': 'not used' }
  const driverOf = (storage: Storage | undefined) => (storage === undefined ? 'memory' : 'badger')
  return {
    'queue-storage': { driver: driverOf(queues), config },
    'partition-storage': Object.entries(partitions).map(([name, storage]) => {
      return { name, driver: driverOf(storage), affinity: 1, config }
    }),
  }
}

function* kept({ partitions }: GivenStorages): Generator<[string, Storage]> {
  for (const [name, storage] of Object.entries(partitions)) if (storage !== undefined) yield [name, storage]
}
