import { expect, test } from 'querator-test/vitest'

test('the queues of other files, and of other tests, are not in the way', async ({ queue }) => {
  await queue.produce({ reference: 'invoice-1' })
  expect((await queue.items()).map((item) => item.reference)).toEqual(['invoice-1'])
})
