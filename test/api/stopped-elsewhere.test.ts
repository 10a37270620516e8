/** A server elsewhere that stops to answer: nothing hangs, and what was busy at first is asked again. */
import { afterEach, expect, test, vi } from 'vitest'
import { QueuesOfTest } from '../../src/fixtures/queues-of-test.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { type Stoppable, stoppable } from '../support/stoppable.js'

// As long as in use, these tests would take minutes.
vi.mock('../../src/harness/backing/reply-limit.js', async (original) => ({
  ...(await original<object>()),
  LONGEST_REPLY: 300,
  FIRST_REPLY: 300,
}))

afterEach(() => vi.unstubAllEnvs())

async function attached(control = true) {
  const server = await startTestDaemon({ endpoint: '', log: 'silent', clock: 'frozen' })
  const way = await stoppable(await server.listen({ control }))
  return { server, way }
}

async function end(server: TestDaemon, way: Stoppable): Promise<void> {
  way.close()
  await server.close()
}

test('waits end soon after their time, and say that there is no answer', async () => {
  const { server, way } = await attached()
  const daemon = await startTestDaemon({ endpoint: way.endpoint })
  const queue = await daemon.createQueue()
  way.stop()
  const late = (time: string) => `no answer from ${way.endpoint} within ${time}; is the daemon running?`
  const options = { within: 20 }
  await expect(queue.waitFor({ event: 'produced', ...options })).rejects.toThrow(late('500ms'))
  await expect(daemon.clock.advanceUntil({ event: 'produced', queue }, options)).rejects.toThrow(late('520ms'))
  await expect(daemon.clock.advanceUntil({ event: 'produced', since: 'now' }, options)).rejects.toThrow(late('520ms'))
  const wait = { event: 'produced', ...options } as const
  queue.pause()
  await expect(queue.waitFor(wait)).rejects.toThrow('no answer from')
  await end(server, way)
})

test('everything else ends too: what is read, what was begun, the end of a test, closing', async () => {
  const { server, way } = await attached()
  const daemon = await startTestDaemon({ endpoint: way.endpoint })
  const one = new QueuesOfTest(daemon, { name: 'one', file: undefined, timeout: 1, leaks: 'off' })
  const queue = await one.create()
  queue.fault('produce', { do: 'hang', optional: true })
  queue.pause()
  daemon.clock.resume()
  await daemon.clock.read()
  way.stop()
  const silent = 'no answer from'
  for (const call of [
    () => daemon.clock.read(),
    () => daemon.events.read(),
    () => queue.explanation(),
    () => queue.snapshot(),
    () => queue.counts(),
    () => queue.items(),
    () => daemon.clock.advance(1),
    async () => {
      for await (const _event of daemon.events) return
    },
  ]) {
    await expect(call()).rejects.toThrow(silent)
  }
  queue.resume()
  await expect(queue.produce({})).rejects.toThrow(silent)
  await expect(one.end({ outcome: 'passed' })).rejects.toThrow(silent)
  await expect(daemon.close()).rejects.toThrow(silent)
  await end(server, way)
}, 20_000)

test('a server that goes on has all the time again', async () => {
  const { server, way } = await attached()
  const daemon = await startTestDaemon({ endpoint: way.endpoint })
  const queue = await daemon.createQueue()
  way.stop()
  queue.pause()
  await expect(daemon.clock.read()).rejects.toThrow('no answer from')
  way.goOn()
  queue.resume()
  await queue.produce({})
  await daemon.close()
  expect(server.clock.frozen).toBe(true)
  await end(server, way)
})

test('a server that was busy at first has its control plane when it answers', async () => {
  const { server, way } = await attached()
  way.stop()
  const daemon = await startTestDaemon({ endpoint: way.endpoint })
  way.goOn()
  expect(await daemon.clock.read()).toMatchObject({ frozen: true })
  expect(await daemon.listen({ control: true })).toBe(way.endpoint)
  await daemon.close()
  await end(server, way)
})

test('a server that was busy at first and has no control plane says so at first use', async () => {
  const { server, way } = await attached(false)
  way.stop()
  const daemon = await startTestDaemon({ endpoint: way.endpoint })
  way.goOn()
  await expect(daemon.listen({ control: true })).rejects.toThrow('listen({ control }) works only on a daemon inside')
  await expect(daemon.clock.read()).rejects.toThrow('/test/clock works only on a daemon inside the test process')
  const queue = await daemon.createQueue()
  queue.pause()
  await expect(queue.produce({})).rejects.toThrow('/test/queues/pause works only on a daemon inside')
  await queue.produce({})
  await daemon.close()
  await end(server, way)
})

test('a server without a control plane that does not answer does not keep close() waiting', async () => {
  const { server, way } = await attached(false)
  const daemon = await startTestDaemon({ endpoint: way.endpoint })
  await daemon.createQueue()
  way.stop()
  await expect(daemon.close()).rejects.toThrow('no answer from')
  await end(server, way)
})
