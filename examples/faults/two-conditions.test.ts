import { expect, testWith } from 'querator-test/vitest'
import { bookAll } from './workers'

const test = testWith({ conditions: ['at-least-once', { name: 'lossy', oneIn: 3 }] })

test('each order is booked once, though replies are lost and orders come twice', async ({ queue, client, daemon }) => {
  await queue.produce(...[1, 2, 3].map((id) => ({ reference: `order-${id}`, json: { id } })))
  const booked: number[] = []
  daemon.runWorker((signal) => bookAll(client, queue.name, async ({ id }) => booked.push(id), signal))
  await queue.drained()
  expect(booked.sort()).toEqual([1, 2, 3])
})
