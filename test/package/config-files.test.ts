/**
 * The configurations that users copy: with each, the command starts, is healthy, prints nothing on stderr, and stops.
 */
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bin, projectOf, start } from './project.js'

const EXAMPLES = fileURLToPath(new URL('../../examples/config/', import.meta.url))

/** What each file should do, as seen from outside. Add new files here. */
const SHOWS: Record<string, (url: string, printed: string) => Promise<void>> = {
  'basic.yaml': async (url) => {
    expect(await post(url, 'queues.list', {})).toEqual({})
  },
  'affinity.yaml': async (url) => {
    const queue = { queue_name: 'q', lease_timeout: '1m', expire_timeout: '1h', requested_partitions: 10 }
    await post(url, 'queues.create', queue)
    const stats = (await post(url, 'queue.stats', { queue_name: 'q' })) as { logicalQueues: { partitions: [] }[] }
    expect(stats.logicalQueues[0]?.partitions).toHaveLength(10)
  },
  'declared-queues.yaml': async (url) => {
    expect(await post(url, 'queues.list', {})).toMatchObject({
      items: [{ queue_name: 'orders-dead' }, { queue_name: 'orders', dead_queue: 'orders-dead', max_attempts: 3 }],
    })
  },
  'internal-auth.yaml': async (url, printed) => {
    expect(printed).toContain('SYSTEM RUNNING IN OPEN DOOR MODE')
    expect(await post(url, 'users.list', {})).toMatchObject({ items: [{ username: 'anonymous' }] })
  },
  'json-logging.yaml': async (_, printed) => {
    const [line = ''] = printed.split('\n')
    expect(JSON.parse(line)).toMatchObject({ level: 'INFO', msg: 'Loaded config from file' })
  },
}

async function post(url: string, call: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${url}/v1/${call}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}

test.each(readdirSync(EXAMPLES))('%s', async (name) => {
  const folder = projectOf({})
  cpSync(join(EXAMPLES, name), join(folder, name))
  // The port in the file may be taken on this machine.
  const { child, ended, shows } = start(folder, bin('querator'), '--config', name, '--address', '127.0.0.1:0')
  const listening = await shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
  const [, url = ''] = listening
  expect((await fetch(`${url}/health`)).status).toBe(200)
  await SHOWS[name]?.(url, listening.input)
  child.kill('SIGTERM')
  const { status, stderr } = await ended
  expect([status, stderr, name in SHOWS]).toEqual([0, '', true])
})
