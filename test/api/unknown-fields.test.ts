/** A misspelt name is refused wherever a test writes it, with a suggestion. Nothing is sent or changed. */
import { expect, test } from 'vitest'
import { splitOptions } from '../../src/fixtures/fixture-options.js'
import { QueratorClient, queueMatchers, startTestDaemon, type TestDaemon, type TestQueue } from '../../src/index.js'

interface Place {
  readonly daemon: TestDaemon
  readonly queue: TestQueue
}

const WRONG: [string, (place: Place) => unknown, string][] = [
  [
    'produce({ referense })',
    ({ queue }) => queue.produce({ referense: 'a' } as never),
    "an item to produce has no field 'referense'; did you mean 'reference'? It has: reference, kind,",
  ],
  [
    'produce([{ … }])',
    ({ queue }) => queue.produce([{ reference: 'a' }] as never),
    'produce takes items one by one; for a list write produce(...items)',
  ],
  [
    'produce(string)',
    ({ queue }) => queue.produce('a' as never),
    "an item to produce takes an object with fields; got 'a'",
  ],
  [
    'lease({ batchsize })',
    ({ queue }) => queue.lease({ batchsize: 2 } as never),
    "lease has no option 'batchsize'; did you mean 'batchSize'? It has: batchSize, clientId,",
  ],
  [
    'retry({ att })',
    async ({ queue }) => (await queue.lease()).retry({ att: new Date() } as never),
    "retry has no option 'att'; did you mean 'at'? It has: at, dead",
  ],
  [
    'retry of a single item',
    async ({ queue }) => (await queue.lease()).items[0]?.retry({ dea: true } as never),
    "retry has no option 'dea'; did you mean 'dead'? It has: at, dead",
  ],
  [
    'createQueue({ leaseTimout })',
    ({ daemon }) => daemon.createQueue({ leaseTimout: '1s' } as never),
    "createQueue has no option 'leaseTimout'; did you mean 'leaseTimeout'? It has:",
  ],
  [
    'waitFor({ evnt })',
    ({ queue }) => queue.waitFor({ evnt: 'leased' } as never),
    "waitFor has no option 'evnt'; did you mean 'event'? It has:",
  ],
  [
    'toHaveLeased(1, { bye })',
    ({ queue }) => queueMatchers.toHaveLeased(queue, 1, { bye: 'w' } as never),
    "toHaveLeased has no option 'bye'; did you mean 'by'? It has: by",
  ],
  [
    'a client request',
    ({ daemon }) => daemon.client.queueLease({ queueName: 'orders', batchsize: 1 } as never),
    "client.queueLease has no field 'batchsize'; did you mean 'batchSize'? It has: queueName, batchSize, clientId, requestTimeout",
  ],
  [
    'a client produce',
    ({ daemon }) => daemon.client.queueProduce({ queueName: 'orders', requestTimeout: '1s', item: [] } as never),
    "client.queueProduce has no field 'item'; did you mean 'items'? It has: queueName, requestTimeout, items",
  ],
  [
    'an item in a client produce',
    ({ daemon }) =>
      daemon.client.queueProduce({ queueName: 'orders', requestTimeout: '1s', items: [{ payload: '' }] } as never),
    "client.queueProduce.items[0] has no field 'payload'; it has: encoding,",
  ],
  [
    'a client complete',
    ({ daemon }) =>
      daemon.client.queueComplete({ queueName: 'orders', requestTimeout: '1s', ids: [], id: '' } as never),
    "client.queueComplete has no field 'id'; did you mean 'ids'? It has:",
  ],
  [
    'options of a call',
    ({ daemon }) => daemon.client.queuesList({}, { sginal: undefined } as never),
    "client.queuesList has no option 'sginal'; did you mean 'signal'? It has: signal",
  ],
  [
    'options of a client',
    () => new QueratorClient({ endpont: 'http://localhost' } as never),
    "new QueratorClient has no option 'endpont'; did you mean 'endpoint'? It has:",
  ],
  [
    'createQueue(name)',
    ({ daemon }) => daemon.createQueue('mails' as never),
    "createQueue takes an object with options; got 'mails'",
  ],
  [
    'listen({ prot })',
    ({ daemon }) => daemon.listen({ prot: 1 } as never),
    "listen has no option 'prot'; did you mean 'port'? It has: host, port",
  ],
  [
    'clientWith({ apikey })',
    async ({ daemon }) => daemon.clientWith({ apikey: 'x' } as never),
    "clientWith has no option 'apikey'; did you mean 'apiKey'? It has: apiKey, encoding",
  ],
  [
    'options of the fixtures',
    () => splitOptions({ leeks: 'error' } as never),
    "queratorOptions has no option 'leeks'; did you mean 'leaks'? It has: config, unknownKeys, storage, clock,",
  ],
]

test.each(WRONG)('refuses an unknown name in %s', async (_, wrong, message) => {
  const daemon = await startTestDaemon({ clock: 'frozen' })
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'there' })
  const before = await queue.items()
  const error: unknown = await (async () => wrong({ daemon, queue }))().catch((thrown: unknown) => thrown)
  expect((error as Error).message).toContain(message)
  // The first stack frame is in this test.
  expect((error as Error).stack?.split('\n').find((line) => /^\s+at /.test(line))).toContain('unknown-fields.test')
  expect((await queue.items()).map(({ reference }) => reference)).toEqual(before.map(({ reference }) => reference))
})

test('ignores names that the protobuf library adds to its messages', async () => {
  const daemon = await startTestDaemon()
  await daemon.client.queuesList({ $typeName: 'querator.QueuesListRequest' } as never)
})
