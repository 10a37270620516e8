/** The server command as a process: what it prints, when it stops, and its exit status. */
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { turn, until } from '../support/turns.js'
import { bin, projectOf, run, start } from './project.js'

const FREE = 'address: 127.0.0.1:0\n'

for (const [args, signal] of [
  [['--config', 'test-config.yaml'], 'SIGTERM'],
  [['server', '--config', 'test-config.yaml'], 'SIGINT'],
  [['server', '--config', 'test-config.yaml'], 'SIGHUP'],
] as const) {
  test(`querator ${args.join(' ')} listens, is healthy, and stops on ${signal} with status 0`, async () => {
    const folder = projectOf({ 'test-config.yaml': FREE })
    const { child, ended, shows } = start(folder, bin('querator'), ...args)
    const [, url] = await shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'pass' })
    const post = (call: string, body: object) =>
      fetch(`${url}/v1/${call}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    const queue = { queue_name: 'q', lease_timeout: '1m', expire_timeout: '1h', requested_partitions: 1 }
    expect((await post('queues.create', queue)).status).toBe(200)
    const lease = post('queue.lease', { queue_name: 'q', client_id: 'c', batch_size: 1, request_timeout: '5m' })
    await until('the lease waits', async () => {
      const stats = (await (await post('queue.stats', { queue_name: 'q' })).json()) as { logicalQueues: object[] }
      return 'lease_waiting' in (stats.logicalQueues[0] ?? {})
    })
    // A supervisor and a process group may both send the signal, within milliseconds.
    let answered = false
    const isAnswered = () => {
      answered = true
    }
    lease.then(isAnswered, isAnswered)
    for (let again = 0; again < 500 && !answered; again++) {
      child.kill(signal)
      await turn()
    }
    expect(await (await lease).json()).toMatchObject({ code: 453, message: 'queue is shutting down' })
    const { status, stderr, stdout } = await ended
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`msg="HTTP Server shutdown" signal=${signal}`)
  })
}

/** The output for an error: only the error. */
function failure(text: string | RegExp): RegExp {
  return new RegExp(`^${errorLine(text)}$`)
}

/** The output for wrong usage: the error once, and the usage of the command. */
function misuse(text: string): RegExp {
  return new RegExp(
    `^${errorLine(text)}Usage: querator server (?![\\s\\S]*Error:)[\\s\\S]*display help for command\\n$`,
  )
}

function errorLine(text: string | RegExp): string {
  return `Error: ${typeof text === 'string' ? text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : text.source}\\n`
}

test('a busy port prints one clear line and ends with status 1', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const folder = projectOf({ 'test-config.yaml': `address: 127.0.0.1:${port}\nlogging: { level: error }\n` })
  const { ended } = start(folder, bin('querator'), '--config', 'test-config.yaml')
  const { status, stderr, stdout } = await ended
  server.close()
  expect([status, stdout]).toEqual([1, ''])
  const line = `while creating daemon: while starting HTTP listener: cannot listen on 127.0.0.1:${port}: the port is in use; `
  expect(stderr).toMatch(failure(new RegExp(`${line}.*`)))
})

const QUEUE = 'queues: [{ name: q, lease-timeout: 2h, expire-timeout: 1h, requested-partitions: 1 }]'

test.each([
  [
    'logging: { handler: blue }',
    "while applying config file: invalid handler; 'blue' is not one of (color, text, json)",
  ],
  [
    'queue-storage: { driver: tape }',
    "while applying config file: invalid driver; 'tape' is not one of (Memory, Badger)",
  ],
  [
    'auth-backend: { driver: ldap }',
    "while applying config file: invalid auth-backend driver; 'ldap' is not one of (none, internal)",
  ],
  [
    QUEUE,
    "while applying config file: invalid queue 'q' in the configuration; lease timeout is too long; 2h0m0s cannot be greater than the expire timeout 1h0m0s",
  ],
  ['address: [', /while reading config file: .* at line 1, column 11 in c\.yaml/],
  ['', /while reading config file: EOF.*/],
  [
    'partition-storage: x',
    /while reading config file: yaml: unmarshal errors:\n {2}line 1: cannot unmarshal !!str `x` into list .*\nin c\.yaml/,
  ],
  ['address: nowhere', "invalid address 'nowhere'; write host and port, for example localhost:2319"],
])('a bad file (%s) ends the command with status 1', (text, line) => {
  const { status, stderr, stdout } = run(projectOf({ 'c.yaml': text }), bin('querator'), '--config', 'c.yaml')
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(failure(line))
})

test.each([
  ['leese-timeout', 'queues: [{ name: q, leese-timeout: 1m, expire-timeout: 1h, requested-partitions: 1 }]', []],
  ['levl', 'logging: { handler: blue, levl: x }', []],
  ['adress', '{ adress: x, address: nowhere }', []],
])('a failed start also reports the unknown key %s (%s, %j)', (key, text, args) => {
  const { status, stderr } = run(
    projectOf({ 'c.yaml': text }),
    bin('querator'),
    'server',
    '--config',
    'c.yaml',
    ...args,
  )
  const told = new RegExp(
    `^Error: .*\nunknown configuration key '.*${key}' \\(c\\.yaml, line 1\\) has no effect; did you mean '.*'\\?$`,
    'm',
  )
  expect([status, stderr]).toEqual([1, expect.stringMatching(told)])
})

test('a failed start on a busy port also reports unknown keys at any log level', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const folder = projectOf({ 'c.yaml': 'adress: localhost:4000\nlogging: { level: error }\n' })
  const { status, stderr } = run(folder, bin('querator'), '--config', 'c.yaml', '--address', `127.0.0.1:${port}`)
  server.close()
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/the port is in use; .*\nunknown configuration key 'adress'/),
  ])
})

test('a missing file prints an error', () => {
  const { status, stderr } = run(projectOf({}), bin('querator'), 'server', '--config', 'none.yaml')
  expect([status, stderr]).toEqual([1, expect.stringMatching(failure(/while opening config file: ENOENT.*/))])
})

test.each([
  ['--log-level', 'loud', "invalid log level; 'loud' is not one of (debug, info, warn, error)"],
  ['--address', 'nowhere', "invalid address 'nowhere'; write host and port, for example localhost:2319"],
])('a wrong flag value is reported before the file is read: %s %s', (flag, value, text) => {
  const { status, stderr } = run(projectOf({}), bin('querator'), 'server', '--config', 'none.yaml', flag, value)
  expect([status, stderr]).toEqual([1, expect.stringMatching(misuse(text))])
})

test('a server goes on when nobody reads its log any more', async () => {
  const { child, shows } = start(projectOf({ 'c.yaml': FREE }), bin('querator'), '--config', 'c.yaml')
  const [, url] = await shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
  child.stdout.destroy()
  child.stderr.destroy()
  const ended = new Promise((resolve) => child.once('exit', (...how) => resolve(how)))
  expect((await fetch(`${url}/health`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('D13: a flag overrides its variable, and the variable overrides the file', async () => {
  const folder = projectOf({ 'c.yaml': 'address: 127.0.0.1:1\nlogging: { level: debug }\n' })
  const { child, ended, shows } = start(
    folder,
    bin('querator'),
    'server',
    '--config',
    'c.yaml',
    '--address',
    '127.0.0.1:0',
    '--log-level',
    'error',
  )
  await shows(/querator is listening on/)
  child.kill('SIGTERM')
  const { status, stdout } = await ended
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^querator is listening on http:\/\/127\.0\.0\.1:\d+\n$/)])
})

test('prints the version, help, and an error for an unknown command', () => {
  const folder = projectOf({})
  expect(run(folder, bin('querator'), 'version')).toMatchObject({ status: 0, stdout: 'querator 0.1.0\n' })
  expect(run(folder, bin('querator'))).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: querator') })
  const nonsense = run(folder, bin('querator'), 'server', '--nonsense')
  expect(nonsense).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(misuse('unknown flag: --nonsense')),
  })
})

test('--test-control serves /test/… for this machine, and the server is off without it', async () => {
  const folder = projectOf({ 'test-config.yaml': FREE })
  const { child, ended, shows } = start(folder, bin('querator'), '--config', 'test-config.yaml', '--test-control')
  const [, url] = await shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
  const post = (path: string, body: object) => fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  expect(await (await fetch(`${url}/test/clock`)).json()).toMatchObject({ frozen: false })
  expect(await (await post('/test/clock/freeze', {})).json()).toMatchObject({ frozen: true })
  expect(await (await post('/test/clock/advance', { by: '61s' })).json()).toMatchObject({ fired: [] })
  expect((await fetch(`${url}/test/clock`, { headers: { origin: 'http://evil.example' } })).status).toBe(403)
  child.kill('SIGTERM')
  const { status, stderr, stdout } = await ended
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`msg="Control plane for tests" url=${url}/test/openapi.json`)
  const without = start(folder, bin('querator'), '--config', 'test-config.yaml')
  const [, other] = await without.shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
  expect((await fetch(`${other}/test/reset`, { method: 'POST' })).status).toBe(501)
  without.child.kill('SIGTERM')
  await without.ended
})

test.each([
  [['--test-control-host', 'querator'], '--test-control-host needs --test-control'],
  [
    ['--test-control', '--test-control-host', 'querator:2319'],
    "invalid test control host 'querator:2319'; write a name without a port, for example querator",
  ],
])('querator server %j is refused', async (args, message) => {
  const { status, stderr } = await run(projectOf({}), bin('querator'), 'server', ...args)
  expect([status, stderr]).toEqual([1, expect.stringMatching(misuse(message))])
})
