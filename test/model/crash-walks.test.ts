/**
 * Random walks of several clients over crashes and restarts: what was answered is there once, what was not is there whole or not at all,
 * and everything is worked off in the end. Set QUERATOR_WALKS=5000 for more.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { PostgresStorage } from '../../src/storage/postgres/postgres-storage.js'
import { newFolder } from '../storage/folders.js'
import { NO_POSTGRES, PostgresServer } from '../support/postgres.js'
import { anyBeginning, anySteps, type Beginning } from './crash-steps.js'
import { crashWalk } from './crash-walk.js'
import { inFolders, inKeptStorages, inMemory, inStorages, type World } from './crash-worlds.js'

/** How many, by what keeps the state. */
const WALKS = { memory: 100, kept: 60, folders: 30, postgres: 8 }
const LONG = { timeout: 3_600_000 }

function countOf(what: keyof typeof WALKS): number {
  return Number(process.env.QUERATOR_WALKS ?? WALKS[what])
}

/** Runs walks, each in a world of its own. */
function walks(numRuns: number, worldOf: (beginning: Beginning) => [World, end: () => unknown]): Promise<void> {
  const walk = fc.asyncProperty(anyBeginning, anySteps, async (beginning, steps) => {
    const [world, end] = worldOf(beginning)
    try {
      await crashWalk(world, steps)
    } finally {
      await end()
    }
  })
  return Promise.resolve(fc.assert(walk, { numRuns }))
}

test(`${countOf('memory')} walks in memory lose and double nothing`, LONG, () =>
  walks(countOf('memory'), (beginning) => [inMemory(beginning), () => undefined]),
)

test(`${countOf('kept')} walks with storages that hang and fail lose and double nothing`, LONG, () =>
  walks(countOf('kept'), (beginning) => [inKeptStorages(beginning), () => undefined]),
)

test(`${countOf('folders')} walks with badger lose and double nothing`, LONG, () =>
  walks(countOf('folders'), (beginning) => {
    const { folder, remove } = newFolder()
    return [inFolders(beginning, folder), remove]
  }),
)

describe.skipIf(NO_POSTGRES !== '')(`PostgreSQL ${NO_POSTGRES}`, () => {
  let server: PostgresServer
  let count = 0

  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server?.stop())

  test(`${countOf('postgres')} walks with PostgreSQL lose and double nothing`, LONG, () =>
    walks(countOf('postgres'), (beginning) => {
      const schemas = new Set<string>()
      const walk = count++
      const world = inStorages(beginning, (letter) => {
        const schema = `walk_${walk}_${letter.toLowerCase()}`
        schemas.add(schema)
        return new PostgresStorage({ connectionString: server.url(), schema })
      })
      const drop = () => server.query([...schemas].map((schema) => `DROP SCHEMA IF EXISTS ${schema} CASCADE`).join(';'))
      return [world, drop]
    }),
  )
})
