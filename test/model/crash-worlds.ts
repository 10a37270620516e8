/** Where the daemons of a walk keep their state. */
import { join } from 'node:path'
import { MovableClock } from '../../src/clock/movable-clock.js'
import type { ConfigTree } from '../../src/daemon/config/config.js'
import type { Keeps } from '../../src/daemon/lives/keeps.js'
import type { TestDaemon } from '../../src/index.js'
import { LevelStorage } from '../../src/storage/level/level-storage.js'
import type { Storage } from '../../src/storage/storage.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { lastingDaemon } from '../support/lasting.js'
import { type Beginning, STORAGES } from './crash-steps.js'

/** What is kept where: the storage of the queues, and those of `a` and `b`. The same letter is the same place, and `-` is memory. */
const LAYOUTS = ['AAA', 'AAB', 'ABC', 'ABB', 'AB-', '-AB', '-AA']

/** Makes a storage for a place, which is known by its letter. */
export type MakeStorage = (place: string) => Storage

/** A kind of walks. */
export interface World {
  /** What is left after it went down. `given` is what a daemon in memory is told to keep. */
  readonly keeps: Keeps
  readonly given: Keeps | undefined
  /** Whether this storage of partitions forgets them. */
  forgets(storage: string): boolean
  /** Makes a daemon that finds what the one before it has left. */
  start(now: number): Promise<TestDaemon>
  /** The storages that can be held up or fail. */
  readonly troubled: readonly KeptStorage[]
  /** Whether another daemon finds anything. */
  readonly replaces: boolean
}

/** A daemon in memory, which is told what to keep. */
export function inMemory(beginning: Beginning): World {
  const keeps = (['items', 'items', 'queues', 'nothing'] as const)[beginning.layout % 4] as Keeps
  const partitions = Object.fromEntries(STORAGES.map((name) => [name, undefined]))
  return {
    keeps,
    given: keeps,
    forgets: () => keeps !== 'items',
    start: (now) => lastingDaemon({ partitions, config: configOf(beginning) }, optionsOf(beginning, now)),
    troubled: [],
    replaces: false,
  }
}

/** A daemon with storages of these places. */
export function inStorages(beginning: Beginning, make: MakeStorage): World {
  const layout = LAYOUTS[beginning.layout % LAYOUTS.length] as string
  const made = new Map<string, Storage>()
  const at = (index: number) => made.get(layout[index] as string)
  const start = (now: number) => {
    made.clear()
    for (const place of new Set(layout)) if (place !== '-') made.set(place, make(place))
    const given = { queues: at(0), partitions: { a: at(1), b: at(2) }, config: configOf(beginning) }
    return lastingDaemon(given, optionsOf(beginning, now))
  }
  return {
    keeps: layout[0] === '-' ? 'nothing' : 'items',
    given: undefined,
    forgets: (storage) => layout[1 + STORAGES.indexOf(storage as 'a')] === '-',
    start,
    get troubled() {
      return [...made.values()].filter((storage) => storage instanceof KeptStorage)
    },
    replaces: !layout.includes('-', 1),
  }
}

/** A daemon with storages that can be held up. */
export function inKeptStorages(beginning: Beginning): World {
  const places = new Map<string, KeptPlace>()
  return inStorages(beginning, (letter) => {
    const place = places.get(letter) ?? new KeptPlace()
    places.set(letter, place)
    return new KeptStorage(place)
  })
}

/** A daemon with storages in folders within this one. */
export function inFolders(beginning: Beginning, folder: string): World {
  return inStorages(beginning, (letter) => new LevelStorage({ directory: join(folder, letter) }))
}

function optionsOf({ seed }: Beginning, now: number) {
  const clock = new MovableClock({ start: new Date(now) })
  return { clock, auth: 'internal' as const, ...(seed === undefined ? {} : { seed }) }
}

function configOf({ partitions, maxAttempts, expires, deadQueue }: Beginning): ConfigTree {
  const numbers = Array.from({ length: partitions }, (_, number) => number)
  const placed = numbers.map((number) => ({ partition: number, 'storage-name': STORAGES[number % 2] as string }))
  return {
    queues: [
      {
        name: 'd',
        'lease-timeout': '30s',
        'expire-timeout': '24h',
        'requested-partitions': 1,
        partitions: [{ partition: 0, 'storage-name': 'b' }],
      },
      {
        name: 'q',
        'lease-timeout': '30s',
        'expire-timeout': `${expires}s`,
        'max-attempts': maxAttempts,
        'requested-partitions': partitions,
        ...(deadQueue ? { 'dead-queue': 'd' } : {}),
        partitions: placed,
      },
    ],
  }
}
