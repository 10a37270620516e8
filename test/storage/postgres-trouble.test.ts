/** What the storage in PostgreSQL says and does when something is wrong: connections that are lost, other owners, other people's schemas. */
import { mkdtempSync } from 'node:fs'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { isQueratorError } from '../../src/errors.js'
import { PostgresStorage, type PostgresStorageOptions } from '../../src/storage/postgres/postgres-storage.js'
import { NO_POSTGRES, PostgresServer } from '../support/postgres.js'
import { until } from '../support/turns.js'
import { batchOf, item } from './batches.js'
import { loaded, shown } from './places.js'

const [a, b, c] = [item(0, 1, 'a'), item(0, 2, 'b'), item(0, 3, 'c')] as const

describe.skipIf(NO_POSTGRES !== '')(`PostgreSQL ${NO_POSTGRES}`, () => {
  let server: PostgresServer
  let count = 0

  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server?.stop())

  function storageIn(schema: string, options: Partial<PostgresStorageOptions> = {}): PostgresStorage {
    const storage = new PostgresStorage({ connectionString: server.url(), schema, ...options })
    onTestFinished(() => storage.close())
    return storage
  }

  async function opened(schema = `t${count++}`, options: Partial<PostgresStorageOptions> = {}) {
    const storage = storageIn(schema, options)
    await storage.open()
    return { storage, schema }
  }

  /** Returns the message of an open that is refused. It never has the password. */
  async function refusal(options: Partial<PostgresStorageOptions>): Promise<string> {
    const error = await storageIn('refused', options)
      .open()
      .catch((thrown: unknown) => thrown)
    expect(isQueratorError(error)).toBe(true)
    expect(`${error} ${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain('s3cret')
    return (error as Error).message
  }

  const killAll = () => {
    return server.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'querator-test%'",
    )
  }

  /** A client that holds up all appends until it ends. */
  async function holdUp(schema: string): Promise<pg.Client> {
    const client = new pg.Client(server.url())
    await client.connect()
    onTestFinished(() => client.end())
    await client.query(`BEGIN; LOCK TABLE "${schema}".items`)
    return client
  }

  /** Returns the processes of the server that wait for {@link holdUp}. */
  async function waiting(): Promise<number[]> {
    const { rows } = await server.query(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'querator-test%'",
    )
    return rows.map(({ pid }) => pid)
  }

  const isWaiting = async () => (await waiting()).length > 0

  /** Stands between storages and the server, and can leave the server in the belief that its clients are there. */
  async function proxy(): Promise<{ url: string; drop(): void; freeze(): void }> {
    const folder = mkdtempSync(join(server.folder, 'p'))
    const sockets: Socket[] = []
    const upstream: Socket[] = []
    const listener = createServer((socket) => {
      const up = connectSocket(join(server.folder, '.s.PGSQL.5432'))
      for (const one of [socket, up]) one.on('error', () => {})
      sockets.push(socket)
      upstream.push(up)
      socket.on('data', (bytes) => up.write(bytes))
      up.on('data', (bytes) => socket.write(bytes))
    }).listen(join(folder, '.s.PGSQL.5432'))
    onTestFinished(() => {
      for (const one of [...sockets, ...upstream]) one.destroy()
      listener.close()
    })
    return {
      url: server.url().replace(encodeURIComponent(server.folder), encodeURIComponent(folder)),
      drop: () => sockets.splice(0).forEach((socket) => void socket.destroy()),
      freeze: () => sockets.forEach((socket) => void socket.pause()),
    }
  }

  describe('a connection that is lost', () => {
    test('rejects the append that was under way, and recovers with the next one', async () => {
      const { storage, schema } = await opened()
      await storage.append(batchOf({ items: [a] }))
      const holder = await holdUp(schema)
      const appending = storage.append(batchOf({ items: [b] })).catch((error: unknown) => error)
      await until('the append waits for the lock', isWaiting)
      await killAll()
      const error = (await appending) as Error
      expect(error.message).toMatch(/^cannot append to postgres at '.*', schema 't\d+': terminating connection/)
      expect(error.cause).toMatchObject({ code: '57P01' })
      await holder.query('ROLLBACK')
      expect((await loaded(storage)).items).toEqual([shown(a)])
      await storage.append(batchOf({ items: [b] }))
      expect((await loaded(storage)).items).toEqual([a, b].map(shown))
    })

    test('keeps nothing of a batch of several statements when one fails', async () => {
      const { storage, schema } = await opened()
      await server.query(`ALTER TABLE "${schema}".items ADD CHECK (sequence <> 3)`)
      const large = new Uint8Array(20_000_000)
      const items = [1, 2, 3].map((sequence) => item(0, sequence, large))
      await expect(storage.append(batchOf({ items }))).rejects.toThrow(/violates check constraint/)
      expect((await loaded(storage)).items).toEqual([])
      await storage.append(batchOf({ items: items.slice(0, 2) }))
      expect((await loaded(storage)).items).toHaveLength(2)
    })

    test('is made again when the server is back', async () => {
      const { storage } = await opened()
      await storage.append(batchOf({ items: [a] }))
      await server.halt()
      try {
        await expect(storage.append(batchOf({ items: [b] }))).rejects.toThrow(/terminat|no PostgreSQL server answers/)
        await expect(storage.append(batchOf({ items: [b] }))).rejects.toThrow(
          /no PostgreSQL server answers at the socket/,
        )
      } finally {
        await server.run()
      }
      await storage.append(batchOf({ items: [b] }))
      expect((await loaded(storage)).items).toEqual([a, b].map(shown))
    })

    test('is made again while the server still believes in the old one', async () => {
      const between = await proxy()
      const { storage, schema } = await opened(undefined, { connectionString: between.url })
      const holder = await holdUp(schema)
      const appending = storage.append(batchOf({ items: [a] })).catch((error: Error) => error.message)
      await until('the append waits for the lock', isWaiting)
      const [old] = await waiting()
      between.drop()
      expect(await appending).toMatch(/Connection terminated unexpectedly/)
      const again = storage.append(batchOf({ items: [a, b] }))
      await until('the old connection is gone', async () => {
        return (await server.query('SELECT FROM pg_stat_activity WHERE pid = $1', [old])).rows.length === 0
      })
      await holder.query('ROLLBACK')
      await again
      expect((await loaded(storage)).items).toEqual([a, b].map(shown))
    })

    test('rejects a load', async () => {
      const { storage, schema } = await opened()
      await holdUp(schema)
      const loading = loaded(storage).catch((error: Error) => error.message)
      await until('the load waits for the lock', isWaiting)
      await killAll()
      expect(await loading).toMatch(/^cannot load postgres.*terminating.*; start the daemon again when/)
    })

    test('does not hold up close', async () => {
      const between = await proxy()
      const { storage } = await opened(undefined, { connectionString: between.url })
      between.freeze()
      await storage.close()
    })
  })

  describe('owners', () => {
    test('one whose schema somebody else has taken meanwhile is refused for good', async () => {
      const { storage: first, schema } = await opened()
      await killAll()
      const { storage: second } = await opened(schema)
      await second.append(batchOf({ items: [a] }))
      await expect(first.append(batchOf({ items: [b] }))).rejects.toThrow(/is taken by another daemon/)
      await second.close()
      const lost = /belongs to this daemon no more: querator-test, process \d+ on .* took it at .*; end one of the two/
      for (let n = 0; n < 3; n++) await expect(first.append(batchOf({ items: [c] }))).rejects.toThrow(lost)
      expect((await loaded((await opened(schema)).storage)).items).toEqual([shown(a)])
    })

    test('one that still has its connection is refused too, as behind a pool of connections', async () => {
      const { storage, schema } = await opened()
      await server.query(`UPDATE "${schema}".format SET epoch = epoch + 1, owner = 'somebody'`)
      const records = [{ kind: 'queue', id: 'q', value: '1' }] as const
      await expect(storage.append(batchOf({ items: [a], records }))).rejects.toThrow(/no more: somebody took it/)
      expect(await loaded(storage)).toEqual({ records: {}, items: [] })
      await server.query(`DELETE FROM "${schema}".format`)
      await expect(storage.append(batchOf({ items: [a] }))).rejects.toThrow(/no more: somebody took it/)
    })

    test('a killed one leaves the schema to the next', async () => {
      const { storage, schema } = await opened()
      await storage.append(batchOf({ items: [a] }))
      await killAll()
      expect((await loaded((await opened(schema)).storage)).items).toEqual([shown(a)])
    })
  })

  describe('schemas', () => {
    test.each([
      'we"ird',
      "it's; DROP SCHEMA x",
      'Großes Schema',
      'back\\slash',
      '日本',
      '$1',
      '%s',
    ])('may be called %s', async (schema) => {
      const { storage } = await opened(schema)
      await storage.append(batchOf({ items: [a], records: [{ kind: 'queue', id: 'q', value: '1' }] }))
      expect(await storage.size()).toBeGreaterThan(1_000)
      await storage.close()
      expect(await loaded((await opened(schema)).storage)).toEqual({ records: { 'queue q': '1' }, items: [shown(a)] })
    })

    test.each(['', 'x'.repeat(64), 'ü'.repeat(32), 'pg_own', 'a\0b'])('cannot be called %j', async (schema) => {
      expect(await refusal({ schema })).toMatch(/^the schema of a postgres storage is a name of 1 to 63 bytes/)
    })

    test('that are empty are used, and those with tables of others are refused', async () => {
      await server.query('CREATE SCHEMA "empty; RETURNING $1"')
      await opened('empty; RETURNING $1')
      await server.query('CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.orders (id int)')
      const foreign = /the schema has tables that are not of querator-test; set another schema/
      expect(await refusal({ schema: 'foreign_one' })).toMatch(foreign)
      await server.query('CREATE TABLE foreign_one.format (paper text)')
      expect(await refusal({ schema: 'foreign_one' })).toMatch(foreign)
      await server.query("INSERT INTO foreign_one.format VALUES ('A4')")
      expect(await refusal({ schema: 'foreign_one' })).toMatch(foreign)
    })

    test('of a newer format are refused, and can be opened by who knows it', async () => {
      const { storage, schema } = await opened()
      await storage.close()
      await server.query(`UPDATE "${schema}".format SET version = 7`)
      expect(await refusal({ schema })).toMatch(
        /a newer version of querator-test wrote it \(format 7, this one knows 1\); update/,
      )
      await server.query(`UPDATE "${schema}".format SET version = 1`)
      await storage.open()
    })
  })

  describe('connection strings', () => {
    const at = (user: string, database?: string) => server.url(user, database)

    test('with a wrong password, user or database are refused', async () => {
      await server.query("CREATE ROLE with_password LOGIN PASSWORD 'right'")
      const wrong = await refusal({ connectionString: at('with_password:s3cret') })
      expect(wrong).toMatch(/PostgreSQL refuses the user 'with_password' \(password authentication failed/)
      expect(await refusal({ connectionString: at('with_password') })).toMatch(
        /asks for the password of 'with_password'/,
      )
      expect(await refusal({ connectionString: at('nobody:s3cret') })).toMatch(
        /refuses the user 'nobody' .*does not exist/,
      )
      const unknown = await refusal({ connectionString: at('postgres:s3cret', 'missing') })
      expect(unknown).toMatch(/there is no database 'missing' at the socket in .*; create it with: createdb missing/)
    })

    test('that lead to no server are refused', async () => {
      const connectionString = 'postgresql://me:s3cret@127.0.0.1:1/db'
      const message =
        "cannot open postgres at '127.0.0.1:1/db', schema 'refused': no PostgreSQL server answers at 127.0.0.1:1"
      expect(await refusal({ connectionString })).toContain(message)
      expect(await refusal({ connectionString: 'postgresql://me:s3cret@nowhere.invalid/db' })).toMatch(
        /no PostgreSQL server answers/,
      )
    })

    test.each([
      'postgresql://me:s3cret@host:port/db',
      'postgresql://me:s3cret@[/db',
      'not a url',
      'mysql://me:s3cret@localhost/db',
      'host=localhost dbname=db',
    ])('that cannot be read are refused: %s', async (connectionString) => {
      expect(await refusal({ connectionString })).toMatch(/the connection string cannot be read .*; write postgresql:/)
    })

    test('of a user without rights are refused, with the rights that are needed', async () => {
      await server.query('CREATE ROLE weak LOGIN; CREATE SCHEMA guarded')
      const message =
        /the user 'weak' lacks a right \(permission denied .*\); .* CREATE SCHEMA "guarded" AUTHORIZATION "weak"/
      expect(await refusal({ connectionString: at('weak'), schema: 'guarded' })).toMatch(message)
      expect(await refusal({ connectionString: at('weak'), schema: 'fresh' })).toMatch(/permission denied for database/)
      await server.query('GRANT ALL ON SCHEMA guarded TO weak')
      await opened('guarded', { connectionString: at('weak') })
    })
  })

  test('does not keep the process alive while it waits for nothing', async () => {
    const awake = () => process.getActiveResourcesInfo().filter((what) => what.startsWith('Pipe')).length
    const before = awake()
    const { storage } = await opened()
    expect(awake()).toBe(before)
    const appending = storage.append(batchOf({ items: [a] }))
    await Promise.resolve()
    expect(awake()).toBe(before + 1)
    await appending
    expect(awake()).toBe(before)
  })
})

describe('without the package pg', () => {
  afterEach(() => vi.doUnmock('pg'))

  test('says how to install it', async () => {
    vi.doMock('pg', () => {
      throw new Error("Cannot find package 'pg'")
    })
    const storage = new PostgresStorage({ connectionString: 'postgresql://me:s3cret@host/db' })
    const message =
      /^driver: postgres needs the package pg, which cannot be loaded; install it with: npm install --save-dev pg/
    await expect(storage.open()).rejects.toThrow(message)
    expect(storage.name).toBe("postgres at 'host/db', schema 'querator_test'")
    await storage.close()
  })
})
