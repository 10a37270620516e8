import { expect, test } from 'querator-test/vitest'
import { bookAll, place } from './workers'

test('an order is booked once, even if its producer tried again', async ({ queue, client, daemon }) => {
  using fault = queue.fault('produce', { do: 'lose-reply', times: 1 })
  await place(client, queue.name, { id: 1 })
  const booked: number[] = []
  daemon.runWorker((signal) => bookAll(client, queue.name, async ({ id }) => booked.push(id), signal))
  await queue.drained()
  expect(booked).toEqual([1])
  expect(fault.fired).toBe(1)
})
