/** What a test daemon leaves on a server elsewhere: nothing, however it ends. And what the part of a test undoes. */
import { expect, test } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { QueratorClient, startTestDaemon, type TestDaemon } from '../../src/index.js'
import { until } from '../support/turns.js'

async function attached() {
  const server = await startTestDaemon({ endpoint: '', log: 'silent' })
  const endpoint = await server.listen({ control: true })
  await server.createQueue({ name: 'shared' })
  return { server, endpoint, daemon: await startTestDaemon({ endpoint }), client: new QueratorClient({ endpoint }) }
}

function begin(daemon: TestDaemon, name: string, outer?: QueuesOfTest): QueuesOfTest {
  return new QueuesOfTest(daemon, { name, file: undefined, timeout: 5000, leaks: 'off', outer })
}

/** Whatever can be left behind. */
async function leftOn({ server, endpoint, client }: Awaited<ReturnType<typeof attached>>) {
  const { faults } = (await (await fetch(`${endpoint}/test/faults`)).json()) as { faults: { text: string }[] }
  return {
    faults: faults.map(({ text }) => text),
    frozen: server.clock.frozen,
    shared: await server.queue('shared').explanation(),
    // Needs the client of another process: an outage breaks its calls.
    queues: await client.queuesList({}).then(
      ({ items }) => items.map(({ queueName }) => queueName),
      (error: Error) => error.message,
    ),
  }
}

/** Everything that a test daemon can leave. */
async function switchAll(daemon: TestDaemon): Promise<void> {
  const queue = await daemon.createQueue()
  daemon.clock.freeze()
  daemon.pause('shared')
  queue.fault('produce', { do: 'hang' })
  queue.partition(0).outage()
  daemon.outage()
  await daemon.clock.read()
}

test('closing ends faults and outages, and undoes pauses and a freeze', async () => {
  const on = await attached()
  const before = await leftOn(on)
  await switchAll(on.daemon)
  expect((await leftOn(on)).faults).toHaveLength(3)
  expect(on.server.clock.frozen).toBe(true)
  await on.daemon.close()
  expect(await leftOn(on)).toEqual(before)
  await on.server.close()
})

test('a fault that is closed after its daemon does nothing', async () => {
  const { server, daemon } = await attached()
  const fault = daemon.outage()
  await daemon.close()
  fault.close()
  await server.close()
})

test('the end of a process that does not close its daemon does the same, also without queues', async () => {
  for (const leave of [switchAll, async (daemon: TestDaemon) => void daemon.clock.freeze()]) {
    const on = await attached()
    const before = await leftOn(on)
    const known = new Set(process.listeners('beforeExit'))
    await leave(on.daemon)
    const added = process.listeners('beforeExit').filter((one) => !known.has(one))
    expect(added).toHaveLength(1)
    for (const listener of added) listener(0)
    await until('nothing is left', async () => JSON.stringify(await leftOn(on)) === JSON.stringify(before))
    await on.daemon.close()
    expect(process.listeners('beforeExit').filter((one) => !known.has(one))).toEqual([])
    await on.server.close()
  }
})

for (const where of ['on a server elsewhere', 'in the process']) {
  test(`the end of a part of a test leaves what was switched around it, ${where}`, async () => {
    const { server, daemon: elsewhere } = await attached()
    const daemon = where === 'in the process' ? server : elsewhere
    const outer = begin(daemon, 'outer')
    daemon.clock.freeze()
    const queue = await outer.create()
    queue.pause()
    const paused = async (name: string) => (await daemon.queue(name).explanation()).includes('is paused')
    await inPart(outer, () => undefined)
    expect([server.clock.frozen, await paused(queue.name), await paused('shared')]).toEqual([true, true, false])
    await inPart(outer, () => {
      daemon.clock.resume()
      queue.resume()
      daemon.pause('shared')
    })
    expect([server.clock.frozen, await paused(queue.name), await paused('shared')]).toEqual([true, true, false])
    await outer.end({ outcome: 'passed' })
    expect(server.clock.frozen).toBe(false)
    await elsewhere.close()
    await server.close()

    async function inPart(around: QueuesOfTest, work: () => void): Promise<void> {
      const part = begin(daemon, 'inner', around)
      work()
      await part.end({ outcome: 'passed' })
    }
  })
}

test('a queue that is gone when its pause is undone is no error, and another error is', async () => {
  const { server, daemon, client } = await attached()
  const one = begin(daemon, 'one')
  daemon.pause('shared')
  await daemon.clock.read()
  await client.queuesDelete({ queueName: 'shared', force: true })
  await one.end({ outcome: 'passed' })
  await server.createQueue({ name: 'another' })
  const two = begin(daemon, 'two')
  daemon.pause('another')
  await daemon.clock.read()
  await server.close()
  await expect(two.end({ outcome: 'passed' })).rejects.toThrow('no answer from')
  await daemon.close()
})
