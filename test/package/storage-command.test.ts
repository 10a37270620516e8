/** The command with storages that last, and its commands that copy a state, as processes. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bin, projectOf, run, start, startFed } from './project.js'

const LASTING = `
address: 127.0.0.1:0
queue-storage: { driver: badger, config: { storage-dir: data } }
partition-storage: [{ name: disk, driver: badger, affinity: 1, config: { storage-dir: data } }]
queues: [{ name: orders, lease-timeout: 1m, expire-timeout: 24h, requested-partitions: 1 }]
`

async function server(folder: string, ...args: string[]) {
  const { child, ended, shows } = start(folder, bin('querator'), '--config', 'querator.yaml', ...args)
  const [, url = ''] = await shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return { url, kill }
}

async function produce(folder: string, url: string, reference: string): Promise<void> {
  const args = ['produce', 'orders', '--endpoint', url, '--reference', reference]
  const { ended } = startFed('{"id":1}', {}, folder, bin('querator'), ...args)
  expect((await ended).status).toBe(0)
}

function leased(folder: string, url: string): string[] {
  const { stdout } = run(folder, bin('querator'), 'lease', 'orders', '--endpoint', url, '--batch-size', '10')
  return (JSON.parse(stdout) as { items: { reference: string }[] }).items.map(({ reference }) => reference)
}

test('a server that was killed has everything again, and its folder is refused while it runs', async () => {
  const folder = projectOf({ 'querator.yaml': LASTING })
  const first = await server(folder)
  await produce(folder, first.url, 'a')
  const second = run(folder, bin('querator'), '--config', 'querator.yaml')
  expect(second).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^Error: .*another process has the folder '.*data'/),
  })
  await first.kill('SIGKILL')

  const third = await server(folder)
  await produce(folder, third.url, 'b')
  expect(leased(folder, third.url)).toEqual(['a', 'b'])
  expect((await third.kill('SIGTERM')).status).toBe(0)
})

test('dump and load copy the state of a running server, and of storages', async () => {
  const folder = projectOf({ 'querator.yaml': LASTING, 'other.yaml': LASTING.replaceAll(': data', ': other') })
  const first = await server(folder, '--test-control')
  await produce(folder, first.url, 'a')
  const dumped = run(folder, bin('querator'), 'dump', '--endpoint', first.url)
  expect(dumped.status).toBe(0)
  await first.kill('SIGTERM')
  const fromStorage = run(folder, bin('querator'), 'dump', '--config', 'querator.yaml')
  // A start looks at everything once, and begins with other random numbers.
  const state = (dump: string): unknown =>
    JSON.parse(dump, (key, value: unknown) =>
      ['nextLook', 'lastLook', 'time', 'random'].includes(key) ? undefined : value,
    )
  expect(state(fromStorage.stdout)).toEqual(state(dumped.stdout))

  writeFileSync(join(folder, 'orders.json'), dumped.stdout)
  const load = (...args: string[]) => run(folder, bin('querator'), 'load', 'orders.json', ...args)
  expect(load('--config', 'other.yaml')).toMatchObject({ status: 0, stderr: "Successfully loaded 'orders.json'\n" })
  writeFileSync(join(folder, 'querator.yaml'), readFileSync(join(folder, 'other.yaml')))
  const second = await server(folder, '--test-control')
  expect(leased(folder, second.url)).toEqual(['a'])
  expect(load('--endpoint', second.url).status).toBe(0)
  expect(leased(folder, second.url)).toEqual(['a'])
  const piped = startFed(`\ufeff${dumped.stdout}`, {}, folder, bin('querator'), 'load', '-', '--endpoint', second.url)
  expect(await piped.ended).toMatchObject({ status: 0, stderr: 'Successfully loaded the dump on stdin\n' })
  expect(leased(folder, second.url)).toEqual(['a'])

  writeFileSync(join(folder, 'orders.json'), JSON.stringify({ ...JSON.parse(dumped.stdout), queues: [{}] }))
  const damaged =
    "Error: the dump 'orders.json': queues[0].name is a text; it is missing; correct it, or make the dump again with 'querator dump'\n"
  expect(load('--endpoint', second.url).stderr).toBe(damaged)
  await second.kill('SIGTERM')
  expect(load('--config', 'other.yaml').stderr).toBe(damaged)
})

test('a server that is down has no dump, and the command says what brings it up', async () => {
  const folder = projectOf({ 'querator.yaml': LASTING })
  const { url, kill } = await server(folder, '--test-control')
  await fetch(`${url}/test/crash`, { method: 'POST' })
  expect(run(folder, bin('querator'), 'dump', '--endpoint', url).stderr).toBe(
    `Error: ${url}/test/dump refused: the daemon has crashed; POST /test/restart first\n`,
  )
  await kill('SIGTERM')
})

test.each([
  [['dump', '--endpoint', 'http://127.0.0.1:1'], /^Error: no server answers at http:\/\/127\.0\.0\.1:1\/test\/dump: /],
  [['dump', '--config', 'memory.yaml'], /^Error: 'memory\.yaml' has no storage that lasts/],
  [['dump', '--config', 'x.yaml', '--endpoint', 'http://x'], /^Error: --config and --endpoint: give one of them\n/],
  [['dump', '--config', 'querator.yaml'], /^Error: there is nothing in the folder '.*data'; is that the folder of the/],
  [['load', 'missing.json'], /^Error: cannot read the dump 'missing\.json': /],
  [['load', 'text.json'], /^Error: cannot read the dump 'text\.json': /],
  [
    ['load', 'wrong.json', '--config', 'querator.yaml'],
    /^Error: the dump 'wrong\.json' is no dump of a daemon: .*; make one with 'querator dump'\n/,
  ],
])('querator %j fails with what to do', (args, message) => {
  const files = {
    'querator.yaml': LASTING,
    'memory.yaml': 'address: 127.0.0.1:0',
    'text.json': 'no',
    'wrong.json': '{}',
  }
  const folder = projectOf(files)
  const { status, stderr, stdout } = run(folder, bin('querator'), ...args)
  expect(stderr).toMatch(message)
  expect([status, stdout]).toEqual([1, ''])
  if (args[0] === 'dump') expect(existsSync(join(folder, 'data'))).toBe(false)
})
