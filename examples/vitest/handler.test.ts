/** A handler without a worker around it: the queue runs it. */
import { expect, testWith } from 'querator-test/vitest'

const test = testWith({ clock: 'frozen' })
const sent: string[] = []

/** The code under test. */
async function welcome({ name }: { name: string }): Promise<void> {
  if (name === '') throw new Error('nobody to welcome')
  sent.push(`Welcome, ${name}!`)
}

test('everybody is welcomed', async ({ queue }) => {
  await queue.produce({ reference: 'ada', json: { name: 'Ada' } }, { reference: 'grace', json: { name: 'Grace' } })
  const { completed } = await queue.drain((item) => welcome(item.json() as { name: string }))
  expect(completed.map(({ reference }) => reference)).toEqual(['ada', 'grace'])
  expect(sent).toEqual(['Welcome, Ada!', 'Welcome, Grace!'])
})

test('an e-mail that fails is tried three times, with a pause in between', async ({ createQueue, clock }) => {
  const queue = await createQueue()
  await queue.produce({ reference: 'nobody', json: { name: '' } })
  const began = clock.now()
  const minutes: number[] = []
  const { failed, completed } = await queue.drain(
    async (item) => {
      minutes.push((clock.now() - began) / 60_000)
      await welcome(item.attempts < 3 ? (item.json() as { name: string }) : { name: 'Nobody' })
    },
    { until: '1h', retry: (attempts) => `${attempts * 10}m`, onError: 'collect' },
  )
  expect(minutes).toEqual([0, 10, 30])
  expect(failed.map(({ error }) => (error as Error).message)).toEqual(['nobody to welcome', 'nobody to welcome'])
  expect(completed).toMatchObject([{ reference: 'nobody', attempts: 3 }])
})

test('a worker goes on until the test is over', async ({ queue }) => {
  const worker = queue.work((item) => welcome(item.json() as { name: string }))
  await queue.produce({ reference: 'ada', json: { name: 'Ada' } })
  await queue.drained()
  const { completed } = await worker.stop()
  expect(completed).toHaveLength(1)
})
