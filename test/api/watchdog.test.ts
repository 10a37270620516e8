/** When a test that waits is explained. */
import { expect, test, vi } from 'vitest'
import { startTestDaemon } from '../../src/index.js'

test('a test that extends its timeout while it runs is explained at its new end', async () => {
  await using daemon = await startTestDaemon({ log: 'silent' })
  const spoken: string[] = []
  const waits = (title: string, of: { timeout: number }) => {
    daemon.forRunner.observe({
      title,
      get timeout() {
        return of.timeout
      },
      queues: () => [title],
    })
  }
  for (const name of ['extended', 'other']) {
    const queue = await daemon.createQueue({ name })
    queue.lease({ requestTimeout: '1m' }).catch(() => undefined)
  }
  const both = new Promise<void>((resolve) => {
    vi.spyOn(console, 'error').mockImplementation((text: string) => {
      spoken.push(text.split("'")[1] ?? '')
      if (spoken.length === 2) resolve()
    })
  })
  const extended = { timeout: 30 }
  waits('extended', extended)
  waits('other', { timeout: 60 })
  extended.timeout = 150
  await both
  vi.restoreAllMocks()
  expect(spoken).toEqual(['other', 'extended'])
})
