/** A worker that runs in a process of its own, as in production. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, testWith } from 'querator-test/vitest'

const test = testWith({ clock: 'frozen' })
const worker = fileURLToPath(new URL('worker-process.mjs', import.meta.url))

test('an order is shipped when its time has come', async ({ clock, daemon, queue }) => {
  const url = await daemon.listen()
  daemon.runWorker(async (signal) => {
    const child = spawn(process.execPath, [worker, url, queue.name], { signal, stdio: 'inherit' })
    const [status] = await once(child, 'exit', { signal })
    throw new Error(`the worker ended with status ${status}`)
  })
  await queue.produce({ reference: 'order-1', enqueueAt: new Date(clock.now() + 3_600_000) })
  await queue.quiet()
  await clock.advanceUntil({ event: 'completed', reference: 'order-1' })
  await expect(queue).toBeDrained()
})
