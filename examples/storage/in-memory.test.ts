import { existsSync } from 'node:fs'
import { startTestDaemon } from 'querator-test'
import { expect, test } from 'vitest'

test('uses the configuration without its folders', async () => {
  const daemon = await startTestDaemon({ config: 'querator.yaml', storage: 'memory' })
  await daemon.queue('orders').produce({ reference: 'order-1' })
  expect(await daemon.queue('orders').items()).toHaveLength(1)
  expect(existsSync('data')).toBe(false)
})
