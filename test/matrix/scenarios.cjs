/**
 * Scenarios that must pass in every runner, as functions of the fixtures: `{ queue, createQueue, daemon, client, clock,
 * leaks }`. They use plain assertions, which every runner has. `embedded` scenarios need the daemon in the process.
 */
// jsdom hides the global.
const { setImmediate: turn } = require('node:timers')
const assert = require('node:assert')

const textsOf = (items) => items.map((item) => item.text())

/** Compares without prototypes, which differ between realms. */
function same(actual, expected) {
  assert.equal(JSON.stringify(actual), JSON.stringify(expected))
}

const scenarios = [
  {
    name: 'an item goes through produce, lease, retry and complete',
    async run({ queue }) {
      await queue.produce({ reference: 'order-1', json: { id: 1 } })
      const lease = await queue.lease({ batchSize: 10 })
      same(lease.items[0].json(), { id: 1 })
      await lease.retry()
      const again = await queue.lease()
      same([again.items[0].reference, again.items[0].attempts], ['order-1', 2])
      await again.complete()
      same(await queue.counts(), { total: 0, leased: 0, scheduled: 0, leasesWaiting: 0 })
    },
  },
  {
    name: 'a test starts with an empty queue of its own',
    async run({ queue, createQueue }) {
      same(await queue.items(), [])
      const other = await createQueue({ deadQueue: true, maxAttempts: 1 })
      await other.produce({ text: 'other' })
      await queue.produce({ text: 'mine' })
      same([textsOf(await queue.items()), textsOf(await other.items())], [['mine'], ['other']])
      assert.equal(other.deadQueue.name, `${other.name}-dead`)
    },
  },
  {
    name: 'bytes, strings and dates survive crossing realms',
    async run({ queue }) {
      const bytes = new Uint8Array([0, 1, 127, 128, 255])
      const enqueueAt = new Date(Date.now() + 3_600_000)
      await queue.produce({ bytes }, { text: 'é' }, { bytes: Buffer.from('buffer'), enqueueAt })
      const [first, second] = await queue.items()
      same([[...first.bytes], second.text()], [[0, 1, 127, 128, 255], 'é'])
      const [scheduled] = await queue.scheduled()
      assert.equal(scheduled.text(), 'buffer')
    },
  },
  {
    name: 'a waiting lease is served as soon as an item arrives',
    async run({ queue }) {
      const waiting = queue.lease({ requestTimeout: '1m', clientId: 'waits' })
      await queue.produce({ text: 'x' })
      const lease = await waiting
      same(textsOf(lease.items), ['x'])
      await lease.complete()
    },
  },
  {
    name: 'a refused call rejects with a QueratorError and the message of the server',
    async run({ daemon, QueratorError, isQueratorError }) {
      const error = await daemon
        .queue('nowhere')
        .produce({ text: 'x' })
        .catch((reason) => reason)
      same([error.code, error.message], [400, "queue does not exist; no such queue named 'nowhere'"])
      assert.ok(error instanceof QueratorError)
      assert.ok(isQueratorError(error))
    },
  },
  {
    name: 'whatever a test leaves open is cleaned up',
    async run({ queue, daemon, client, leaks }) {
      leaks('off')
      await queue.produce({ text: 'left' }, { text: 'later', enqueueAt: new Date(Date.now() + 1e6) })
      await queue.lease()
      queue.lease({ requestTimeout: '10m' }).catch(() => undefined)
      client.queueLease({ queueName: queue.name, clientId: 'c', batchSize: 1, requestTimeout: '10m' }).catch(() => {})
      assert.ok((await fetch(`${await daemon.listen()}/health`)).ok)
    },
  },
  {
    name: 'every way into the daemon reaches the queue',
    embedded: true,
    async run({ queue, daemon }) {
      const body = JSON.stringify({ queue_name: queue.name, request_timeout: '1m', items: [{ utf8: 'x' }] })
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
      assert.equal((await daemon.fetch('/v1/queue.produce', init)).status, 200)
      assert.equal((await fetch(`${await daemon.listen()}/v1/queue.produce`, init)).status, 200)
      await new Promise((resolve, reject) => {
        const createConnection = () => daemon.connect()
        const sent = require('node:http').request({ ...init, path: '/v1/queue.produce', createConnection })
        sent.on('response', (response) => response.resume().on('end', resolve))
        sent.on('error', reject)
        sent.end(body)
      })
      assert.equal((await queue.counts()).total, 3)
    },
  },
  {
    name: 'intercept reaches code with a built-in URL',
    async run({ queue, daemon }) {
      const undo = daemon.intercept('http://queues.internal:2319')
      const body = JSON.stringify({ queue_name: queue.name, request_timeout: '1m', items: [{ utf8: 'x' }] })
      const headers = { 'content-type': 'application/json' }
      const response = await fetch('http://queues.internal:2319/v1/queue.produce', { method: 'POST', headers, body })
      undo()
      same([response.status, (await queue.counts()).total], [200, 1])
    },
  },
  {
    name: 'advancing the clock returns what happened',
    embedded: true,
    async run({ createQueue, clock }) {
      const queue = await createQueue({ leaseTimeout: '1m', maxAttempts: 1, deadQueue: true })
      await queue.produce({ reference: 'order-1' })
      await queue.lease()
      const fired = await clock.advance('1m')
      same(
        fired.map(({ kind, reference }) => [kind, reference]),
        [['dead-lettered', 'order-1']],
      )
      same(
        (await queue.deadQueue.items()).map((item) => item.reference),
        ['order-1'],
      )
    },
  },
  {
    name: 'a test sets a condition, and recovers',
    embedded: true,
    async run({ queue, daemon, client, QueratorError }) {
      daemon.under({ name: 'lossy', oneIn: 1, calls: ['queue.complete'] })
      await queue.produce({ reference: 'order-1' })
      const call = { queueName: queue.name, requestTimeout: '1m' }
      const { items, partition } = await client.queueLease({ ...call, clientId: 'worker', batchSize: 1 })
      const lost = await client.queueComplete({ ...call, partition, ids: [items[0].id] }).catch((reason) => reason)
      assert.equal(lost.codeText, 'No Answer')
      await daemon.recovered()
      assert.equal((await queue.counts()).total, 0)
      assert.throws(
        () => daemon.under('lossy'),
        (error) => error instanceof QueratorError && error.message.startsWith('other conditions are set already'),
      )
    },
  },
  {
    name: 'a test takes the daemon down and up again, and copies it',
    embedded: true,
    async run({ queue, daemon, client }) {
      await queue.produce({ reference: 'order-1', json: { id: 1 } }, { reference: 'order-2' })
      const copy = await daemon.fork()
      await daemon.crash({ keeps: 'items' })
      const error = await client.queuesList({}).catch((reason) => reason)
      assert.equal(error.codeText, 'No Answer')
      await daemon.restart()
      const lease = await queue.lease()
      await lease.complete()
      same([(await queue.counts()).total, (await copy.queue(queue.name).counts()).total], [1, 2])
      const { queues } = await copy.dump()
      const own = queues.find(({ name }) => name === queue.name)
      same([own.partitions[0].items[0].text, own.partitions[0].items.length], ['{"id":1}', 2])
      // The end of the test brings it up.
      await daemon.crash({ keeps: 'nothing' })
    },
  },
  {
    name: 'what needs the daemon in the process works, or says so',
    async run({ queue, daemon, attached }) {
      if (!attached) return queue.pause()
      const todo = process.env.QUERATOR_TEST_STARTED ? 'set endpoint to' : 'unset QUERATOR_ENDPOINT'
      assert.throws(() => daemon.connect(), new RegExp(`${todo}.*test\\.embedded`))
      await queue.drained()
      await assert.rejects(
        daemon.track(() => undefined),
        new RegExp(`${todo}.*test\\.embedded`),
      )
    },
  },
]

/** Checks that a queue of a concurrent test holds only what this test put there. */
async function alone(letter, { queue, createQueue }) {
  await queue.produce({ text: letter })
  const other = await createQueue()
  await other.produce({ text: `${letter}${letter}` })
  await new Promise((resolve) => turn(resolve))
  same([textsOf(await queue.items()), textsOf(await other.items())], [[letter], [`${letter}${letter}`]])
}

/** Everything in the package that waits, and must not wait for fake timers. */
async function everythingThatWaits({ queue, createQueue, daemon, startTestDaemon }) {
  await queue.produce({ text: 'x' })
  const lease = await queue.lease({ clientId: 'a' })
  const waiting = queue.lease({ requestTimeout: '1m', clientId: 'b' })
  await lease.retry()
  const served = await waiting
  assert.equal(served.items.length, 1)
  await served.complete()
  const other = await createQueue()
  assert.equal((await daemon.fetch('/health')).status, 200)
  // Use no socket, because Node's own fetch can hang on a kept connection when timers are fake.
  const undo = daemon.intercept('http://queues.internal')
  assert.equal((await fetch('http://queues.internal/health')).status, 200)
  undo()
  const attached = await startTestDaemon({ endpoint: await daemon.listen() })
  await attached.queue(other.name).produce({ text: 'y' })
  await attached.close()
  const own = await startTestDaemon({ endpoint: '' })
  const real = await own.createQueue({ leaseTimeout: '1m' })
  await real.produce({ text: 'z' })
  await real.lease()
  assert.equal((await own.clock.advance('1m')).length, 1)
  await own.close()
}

module.exports = { scenarios, alone, everythingThatWaits }
