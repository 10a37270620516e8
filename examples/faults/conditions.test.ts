import { CONDITIONS } from 'querator-test'
import { expect, test } from 'querator-test/vitest'
import { describe } from 'vitest'
import { bookAll } from './workers'

describe.each(CONDITIONS)('under the condition %s', (condition) => {
  test('each order is booked once', async ({ queue, client, daemon }) => {
    daemon.under(condition)
    const orders = [1, 2, 3, 4, 5]
    await queue.produce(...orders.map((id) => ({ reference: `order-${id}`, json: { id } })))
    const booked: number[] = []
    daemon.runWorker((signal) => bookAll(client, queue.name, async ({ id }) => booked.push(id), signal))
    await queue.waitFor({ event: 'completed', times: 3 })
    await daemon.recovered()
    expect(booked.sort((a, b) => a - b)).toEqual(orders)
  })
})
