/** The storage that keeps its batches in PostgreSQL, on a real server. */
import { afterAll, beforeAll, describe } from 'vitest'
import { PostgresStorage } from '../../src/storage/postgres/postgres-storage.js'
import { NO_POSTGRES, PostgresServer } from '../support/postgres.js'
import type { Place } from './places.js'
import { storageSuite } from './storage-suite.js'

describe.skipIf(NO_POSTGRES !== '')(`PostgreSQL ${NO_POSTGRES}`, () => {
  let server: PostgresServer
  let count = 0

  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server?.stop())

  function placeOf(schema: string): Place {
    return {
      storage: () => new PostgresStorage({ connectionString: server.url(), schema }),
      async crashed() {
        await server.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'querator-test%'",
        )
        return placeOf(schema)
      },
      async remove() {
        await server.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
      },
    }
  }

  storageSuite('a schema', {
    make: async () => placeOf(`s${count++}`),
    taken: /is taken by another daemon \(querator-test, process \d+ on .*\), served by the process \d+ of the server/,
  })
})
