/** Daemons of test files that have storages, one file after the other in the same process. */
import { expect, test } from 'vitest'
import { FileDaemon } from '../../src/fixtures/file-daemon.js'
import { folderOfTest } from '../storage/folders.js'
import { messageOf } from '../support/message-of.js'

/** The options of a file whose queues and items are in a folder. */
function inFolder(folder: string) {
  const badger = { driver: 'badger', config: { 'storage-dir': folder } }
  const config = { 'queue-storage': badger, 'partition-storage': [{ name: 'disk', affinity: 1, ...badger }] }
  return { config, endpoint: '', log: 'silent' } as const
}

test('the daemon of a file has what its folder has, from the first use and the first test on', async () => {
  const folder = folderOfTest()
  const first = new FileDaemon('', inFolder(folder))
  await (await first.createQueue({ name: 'q' })).produce({ reference: 'a' })
  await first.retire()

  const second = new FileDaemon('', inFolder(folder))
  const dump = await second.fixtures.daemon.dump()
  expect(dump.queues.map(({ name }) => name)).toEqual(['q'])
  await second.retire()

  const third = new FileDaemon('', inFolder(folder))
  const fork = await third.fixtures.daemon.fork()
  expect(await fork.queue('q').items()).toHaveLength(1)
  await fork.close()
  await third.retire()

  const fourth = new FileDaemon('', inFolder(folder))
  const running = await fourth.tests.begin({ name: 'one', timeout: 5000 })
  // Nothing has asked for it yet.
  fourth.fixtures.daemon.pause('q')
  await fourth.tests.end(running, { outcome: 'passed' })
  expect(await fourth.fixtures.daemon.queue('q').items()).toHaveLength(1)
  await fourth.retire()
})

test('when the tests of a file are over, what they made is written and the folder is free', async () => {
  const folder = folderOfTest()
  const first = new FileDaemon('', inFolder(folder))
  const queue = await first.createQueue({ name: 'q' })
  await queue.produce({ reference: 'a' })
  await first.retire()
  expect(await messageOf(queue.produce({ reference: 'late' }))).toContain('closed')

  const second = new FileDaemon('', inFolder(folder))
  await second.createQueue({ name: 'other' })
  expect(await second.fixtures.daemon.queue('q').items()).toMatchObject([{ reference: 'a' }])
  await second.retire()
  await second.next({ endpoint: '' })
})

test('a file whose folder is taken says so in each test, and ends', async () => {
  const folder = folderOfTest()
  const holder = new FileDaemon('', inFolder(folder))
  await holder.createQueue({ name: 'q' })
  const file = new FileDaemon('', inFolder(folder))
  for (const name of ['one', 'two']) {
    expect(await messageOf(file.tests.begin({ name, timeout: 5000 }))).toMatch(
      /another daemon of this process has the folder/,
    )
  }
  await file.retire()
  await holder.retire()
})
