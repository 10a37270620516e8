test('fails', async ({ queue }) => {
  await queue.produce({ reference: 'order-1' })
  await queue.lease({ clientId: 'worker' })
  throw new Error('on purpose')
})

test('fails beside another', async ({ createQueue }) => {
  const mine = await createQueue({ name: 'mine' })
  await mine.produce({ reference: 'order-2' }, { reference: 'order-3' })
  await (await mine.lease({ clientId: 'gives back' })).retry()
  throw new Error('on purpose')
})

test('leaves open', async ({ queue }) => {
  await queue.produce({ reference: 'order-4' })
  await queue.lease({ clientId: 'holder' })
})

test('claims', async ({ queue }) => {
  await queue.produce({ reference: 'order-5' })
  await expect(queue).toBeDrained()
})
