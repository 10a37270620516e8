import { testWith } from 'querator-test/vitest'
import { expect } from 'vitest'
import { bookAll } from './bookings.js'

const test = testWith({ clock: 'frozen', keeps: 'items' })

test('a server that dies in the middle of a batch loses no order', async ({ createQueue, client, daemon }) => {
  const queue = await createQueue({ leaseTimeout: '1m' })
  const orders = Array.from({ length: 10 }, (_, n) => ({ id: n + 1 }))
  await queue.produce(...orders.map((json) => ({ reference: `order-${json.id}`, json })))

  const booked = new Set()
  const book = async ({ id }) => {
    // The server dies while the fifth order is booked.
    if (id === 5 && !booked.has(id)) await daemon.crash()
    booked.add(id)
  }
  daemon.runWorker((signal) => bookAll(client, queue.name, book, signal))
  await queue.waitFor({ event: 'daemon-crashed' })

  await daemon.restart({ after: '30s' })
  // The leases of then still last half a minute.
  expect(await queue.counts()).toMatchObject({ total: 6, leased: 6 })
  await daemon.clock.advance('31s')
  await queue.drained()
  expect([...booked].sort((a, b) => a - b)).toEqual(orders.map(({ id }) => id))
  const completed = queue.history().filter(({ kind }) => kind === 'completed')
  expect(completed.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
})
