/** A load that the end of the process interrupts: all of the old is there afterwards, or all of the new. */
import { expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { watchEnds } from '../storage/ends.js'
import { KeptPlace, KeptStorage } from '../storage/kept-storage.js'
import { daemonOf, lastingDaemon } from '../support/lasting.js'

type Places = readonly KeptPlace[]

const NAMES = ['disk', 'other']

/** A state to load. It has a queue of the same name as the old one, and another one. */
async function newState() {
  const storages = NAMES.map((name) => ({ name, driver: 'memory', affinity: 1 }))
  const config = { 'partition-storage': storages }
  await using daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', config })
  for (const name of ['orders', 'new']) {
    const queue = await daemon.createQueue({ name, partitions: 2 })
    for (const reference of ['new 1', 'new 2', 'new 3']) await queue.produce({ reference })
  }
  await daemon.client.usersCreate({ username: 'new' })
  return daemon.dump()
}

/** Everything that a daemon has, without what a start changes. */
async function contents(daemon: TestDaemon): Promise<object> {
  const { queues, users } = await daemon.dump()
  const items = queues.map(({ name, partitions }) => [
    name,
    ...partitions.map((one) => one.items.map(({ id, reference }) => `${id} ${reference}`)),
  ])
  return { items, users: users.map(({ username }) => username) }
}

async function withOldState(places: Places, open: (places: Places) => Promise<TestDaemon>): Promise<TestDaemon> {
  const daemon = await open(places)
  for (const name of ['orders', 'old']) {
    const queue = await daemon.createQueue({ name, partitions: 2 })
    for (const reference of ['old 1', 'old 2']) await queue.produce({ reference })
  }
  await daemon.client.usersCreate({ username: 'old' })
  return daemon
}

/** Which of these places has the queues, and which the partitions. */
const LAYOUTS = {
  'queues and items apart': [0, 1, 1],
  'queues and two storages of items, each apart': [0, 1, 2],
  'queues with some of the items': [0, 0, 1],
  'all in one': [0, 0, 0],
}

test.each(Object.entries(LAYOUTS))('%s', async (_, [ofQueues = 0, ...ofItems]) => {
  const places = [new KeptPlace(), new KeptPlace(), new KeptPlace()]
  const open = (given: Places, storageOf = (place: KeptPlace) => new KeptStorage(place)) => {
    const storages = given.map(storageOf)
    const partitions = Object.fromEntries(NAMES.map((name, n) => [name, storages[ofItems[n] ?? 0]]))
    return lastingDaemon({ queues: storages[ofQueues], partitions })
  }
  const first = await withOldState(places, open)
  const old = await contents(first)
  await first.close()

  const dump = await newState()
  const ends = watchEnds(places)
  const daemon = await open(places, (place) => ends.storage(places.indexOf(place)))
  await daemonOf(daemon).load(dump, 'a dump')
  const loaded = await contents(daemon)
  await daemon.close()

  const found: object[] = []
  for (const end of ends.found) {
    const next = await open(end.map((place) => place.copy()))
    found.push(await contents(next))
    await next.close()
    // What is left over is gone, too.
    const again = await open(end)
    expect(await contents(again)).toEqual(found.at(-1))
    await again.close()
  }
  for (const one of found) expect([old, loaded]).toContainEqual(one)
  expect([found[0], found.at(-1)]).toEqual([old, loaded])
})
