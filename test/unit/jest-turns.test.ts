/** Tests of Jest that begin or end late. */
import { expect, test } from 'vitest'
import type { FileDaemon } from '../../src/fixtures/file-daemon.js'
import { RunningTests } from '../../src/fixtures/running-tests.js'
import { startTestDaemon } from '../../src/index.js'
import type { EnvironmentHost } from '../../src/runners/jest/environment-host.js'
import { followEnvironment } from '../../src/runners/jest/jest-turns.js'

/** A file whose first queue is created only when `goOn` is called. */
async function fileWithLateQueue() {
  const daemon = await startTestDaemon({ log: 'silent' })
  const create = daemon.createQueue.bind(daemon)
  let goOn = () => {}
  const late = new Promise<void>((resolve) => {
    goOn = resolve
  })
  daemon.createQueue = async (options) => {
    daemon.createQueue = create
    await late
    return create(options)
  }
  const tests = new RunningTests(
    () => daemon,
    () => 'off',
    'advice',
  )
  const host = { jestsTimers: 0 } as EnvironmentHost
  const inTurn = followEnvironment(host, { tests, retire: () => daemon.forRunner.retire() } as FileDaemon)
  if (host.listener === undefined) throw new Error('nobody listens')
  return { daemon, tests, listener: host.listener, inTurn, goOn }
}

test.each([
  'before the next test begins',
  'while the next test runs',
])('a test whose queue comes after Jest gave up has no part in the next one (%s)', async (when) => {
  const { daemon, tests, listener, inTurn, goOn } = await fileWithLateQueue()
  const late = listener.begin({ name: 'late', file: 'a.test.js', timeout: 5000 })
  await listener.end({ outcome: 'not reported' })
  const early = when === 'before the next test begins'
  if (early) goOn()
  if (early) await late
  expect(inTurn()).toBeUndefined()
  await listener.begin({ name: 'next', file: 'a.test.js', timeout: 5000 })
  goOn()
  await late
  expect(inTurn()?.name).toBe('next')
  expect(tests.current()?.name).toBe('next')
  await listener.end({ outcome: 'passed' })
  expect(tests.current()).toBeUndefined()
  expect((await daemon.client.queuesList({})).items).toEqual([])
  await daemon.close()
})
