/** The control plane of a daemon whose storages last. */
import { expect, test } from 'vitest'
import { KeptStorage } from '../storage/kept-storage.js'
import { controlOf } from '../support/control.js'
import { inOneStorage } from '../support/lasting.js'
import { turn, until } from '../support/turns.js'

test.each([
  ['/test/clock/advance', { by: '2m' }],
  ['/test/clock/advance-until', { event: 'lease-expired', queue: 'q', settle: 1 }],
])('%s replies when what came due is kept', async (path, body) => {
  const storage = new KeptStorage()
  const daemon = await inOneStorage(storage)
  const queue = await daemon.createQueue({ name: 'q', leaseTimeout: '1m' })
  await queue.produce({ reference: 'a' })
  await queue.lease()
  const { post } = await controlOf(daemon, 'in memory')
  storage.hold()
  let isMoved = false
  const moving = post(path, body).then(() => {
    isMoved = true
  })
  await until('the lease has run out', () => daemon.events.ofKind('lease-expired', 1).length > 0)
  for (let turns = 0; turns < 10; turns++) await turn()
  expect(isMoved).toBe(false)
  storage.release()
  await moving
  const next = await inOneStorage(new KeptStorage(storage.place.copy()))
  expect(await next.queue('q').counts()).toMatchObject({ leased: 0 })
})
