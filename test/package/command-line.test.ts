/**
 * The client commands as processes: what they send, what they print, and their exit status (docs/protocol/admin.md
 * §14).
 */
import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'
import { HOSTILE, HOSTILE_NAME, marksIn } from '../support/hostile.js'
import { until } from '../support/turns.js'
import { bin, projectOf, start, startFed, startWith } from './project.js'

let daemon: TestDaemon
let QUERATOR_ENDPOINT: string
let folder: string
const command = () => bin('querator')

beforeAll(() => {
  folder = projectOf({})
})
beforeEach(async () => {
  daemon = await startTestDaemon({ clock: 'frozen', log: 'silent' })
  QUERATOR_ENDPOINT = await daemon.listen()
  await daemon.createQueue({ name: 'q', partitions: 1 })
  return () => daemon.close()
})

/** Runs the command line with the daemon as its server. */
function querator(...args: string[]) {
  return startWith({ QUERATOR_ENDPOINT }, folder, command(), ...args).ended
}

/** The output for an error: only the error, and a hint if there is one. */
function failure(text: string): RegExp {
  return new RegExp(`^${errorLine(text)}(Hint: .*\\n)?$`)
}

/** The output for wrong usage: the error once, and the usage of the command. */
function misuse(text: string, command: string): RegExp {
  return new RegExp(
    `^${errorLine(text)}Usage: querator ${command} (?![\\s\\S]*Error:)[\\s\\S]*display help for command\\n$`,
  )
}

function errorLine(text: string): string {
  return `Error: ${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`
}

test('produce: sends one item with everything from its flags', async () => {
  const at = new Date(daemon.clock.now() + 3_600_000).toISOString()
  const flags = ['--encoding', 'utf-8', '--kind', 'order', '--reference', 'order-1', '--enqueue-at', at]
  expect(await querator('produce', 'q', '-p', 'für', ...flags)).toMatchObject({
    status: 0,
    stdout: 'Successfully produced item with payload of 4 bytes\n',
    stderr: '',
  })
  const [item] = await daemon.queue('q').scheduled()
  expect([item?.text(), item?.reference, item?.kind, item?.encoding]).toEqual(['für', 'order-1', 'order', 'utf-8'])
})

test('produce: reads bytes from stdin and prints nothing about it', async () => {
  const bytes = Buffer.from([0, 255, 10, 13, 128])
  const { ended } = startFed(bytes, { QUERATOR_ENDPOINT }, folder, command(), 'produce', 'q')
  expect(await ended).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(Buffer.from((await daemon.queue('q').items())[0]?.bytes ?? [])).toEqual(bytes)
})

test('lease: prints JSON without empty fields on stdout, and a summary on stderr', async () => {
  await daemon.queue('q').produce({ reference: 'a', kind: 'k', text: '{"x":"<>"}' }, {})
  const { status, stdout, stderr } = await querator('lease', 'q', '-c', 'me', '-b', '5')
  expect([status, stderr]).toEqual([0, "Successfully leased 2 item(s) from queue 'q'\n"])
  const items = await daemon.queue('q').items()
  const ends = daemon.clock.now() + 60_000
  const nanos = (ends % 1000) * 1_000_000
  const leaseDeadline = { seconds: Math.floor(ends / 1000), ...(nanos === 0 ? {} : { nanos }) }
  expect(JSON.parse(stdout)).toEqual({
    queue_name: 'q',
    partition: 0,
    items: [
      { kind: 'k', reference: 'a', id: items[0]?.id, attempts: 1, leaseDeadline, bytes: 'eyJ4IjoiPD4ifQ==' },
      { id: items[1]?.id, attempts: 1, leaseDeadline },
    ],
  })
  expect(stdout).toMatch(/^\{\n {2}"queue_name": "q",\n/)
})

test('lease: uses a new client id each time, so that several can wait', async () => {
  const waiting = [1, 2].map(() => startWith({ QUERATOR_ENDPOINT }, folder, command(), 'lease', 'q'))
  await until('both leases wait', async () => (await daemon.queue('q').counts()).leasesWaiting === 2)
  await daemon.queue('q').produce({}, {})
  expect((await Promise.all(waiting.map(({ ended }) => ended))).map(({ status }) => status)).toEqual([0, 0])
})

test('lease: takes no item when interrupted while it waits', async () => {
  const { child, ended } = startWith({ QUERATOR_ENDPOINT }, folder, command(), 'lease', 'q')
  await until('the lease waits', async () => (await daemon.queue('q').counts()).leasesWaiting === 1)
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ status: null, stdout: '', stderr: '' })
  await until('the lease has ended', async () => (await daemon.queue('q').counts()).leasesWaiting === 0)
})

test('lease: reports a timeout', async () => {
  const { ended } = startWith({ QUERATOR_ENDPOINT }, folder, command(), 'lease', 'q', '--timeout', '20s')
  await until('the lease waits', async () => (await daemon.queue('q').counts()).leasesWaiting === 1)
  await daemon.clock.advance('20s')
  const { status, stdout, stderr } = await ended
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(
    failure(
      `failed to lease items: POST ${QUERATOR_ENDPOINT}/v1/queue.lease returned 'Retry Request' with message: request timeout; no items are in the queue, try again`,
    ),
  )
})

test('complete and retry: take ids as arguments, or from a file, which wins', async () => {
  await daemon.queue('q').produce({}, {}, {}, {})
  const [a, b, c, d] = (await daemon.queue('q').lease({ batchSize: 4 })).items.map((item) => item.id) as string[]
  writeFileSync(join(folder, 'ids'), `\n  ${b}\r\n\n${c}\n`)
  expect(await querator('complete', 'q', a as string, '-p', '0')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: "Successfully completed 1 item(s) in queue 'q' partition 0\n",
  })
  expect(await querator('complete', 'q', 'ignored', '--file', 'ids', '--partition=0')).toMatchObject({
    status: 0,
    stderr: "Successfully completed 2 item(s) in queue 'q' partition 0\n",
  })
  const at = new Date(daemon.clock.now() + 60_000).toISOString()
  expect(await querator('retry', 'q', d as string, '-p', '0', '--at', at)).toMatchObject({
    status: 0,
    stderr: "Successfully retried 1 item(s) in queue 'q' partition 0\n",
  })
  expect(await daemon.queue('q').counts()).toMatchObject({ total: 0, scheduled: 1 })
})

test('create: fills in defaults', async () => {
  expect(await querator('create', 'plain')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: "Successfully created queue 'plain' (partitions: 1, lease-timeout: 1m, expire-timeout: 1h0m0s)\n",
  })
  await daemon.client.namespacesCreate({ name: 'shop' })
  const flags = ['--lease-timeout', '90s', '--max-attempts', '3', '--dead-queue', 'plain', '--reference', 'r']
  const more = ['--partitions', '4', '--namespace', 'shop']
  expect(await querator('create', 'full', ...flags, ...more)).toMatchObject({
    stderr: "Successfully created queue 'full' (partitions: 4, lease-timeout: 90s, expire-timeout: 1h30m0s)\n",
  })
  expect(await daemon.client.queuesInfo({ queueName: 'full' })).toMatchObject({
    leaseTimeout: '1m30s',
    expireTimeout: '1h30m0s',
    maxAttempts: 3,
    deadQueue: 'plain',
    reference: 'r',
    requestedPartitions: 4,
    namespace: 'shop',
  })
})

test('list: prints the queues of a namespace', async () => {
  await daemon.createQueue({ name: 'other', namespace: 'shop' })
  const { status, stdout, stderr } = await querator('list')
  expect([status, stderr]).toEqual([0, 'Found 1 queue(s)\n'])
  const { queues, count } = JSON.parse(stdout) as { queues: object[]; count: number }
  expect(count).toBe(1)
  expect(Object.keys(queues[0] ?? {})).toEqual([
    'queueName',
    'createdAt',
    'updatedAt',
    'leaseTimeout',
    'expireTimeout',
    'requestedPartitions',
    'namespace',
  ])
  expect(JSON.parse((await querator('list', '--namespace', 'shop')).stdout)).toMatchObject({
    queues: [{ queueName: 'other' }],
  })
  expect(await querator('list', '--namespace', 'none')).toMatchObject({
    stdout: '{\n  "queues": null,\n  "count": 0\n}\n',
    stderr: 'Found 0 queue(s)\n',
  })
})

test('update: keeps what is not given, and a longer lease extends the expire timeout', async () => {
  await daemon.createQueue({ name: 'full', maxAttempts: 2, reference: 'r', expireTimeout: '10h' })
  expect(await querator('update', 'full', '--lease-timeout', '2m')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: "Successfully updated queue 'full'\n",
  })
  expect(await daemon.client.queuesInfo({ queueName: 'full' })).toMatchObject({
    leaseTimeout: '2m0s',
    expireTimeout: '2h0m0s',
    maxAttempts: 2,
    reference: 'r',
  })
})

test('info, stats, clear and delete work', async () => {
  await daemon.queue('q').produce({}, {}, { enqueueAt: new Date(daemon.clock.now() + 60_000) })
  await daemon.queue('q').lease()
  expect(JSON.parse((await querator('info', 'q')).stdout)).toMatchObject({ queueName: 'q', leaseTimeout: '1m0s' })
  expect(JSON.parse((await querator('stats', 'q')).stdout)).toMatchObject({
    queue_name: 'q',
    logicalQueues: [{ leaseWaiting: 0, partitions: [{ total: 2, totalLeased: 1, scheduled: 1 }] }],
  })
  const left = async (...flags: string[]) => {
    expect(await querator('clear', 'q', ...flags)).toMatchObject({
      status: 0,
      stderr: "Successfully cleared queue 'q'\n",
    })
    const { total, scheduled } = await daemon.queue('q').counts()
    return [total, scheduled]
  }
  expect([await left(), await left('--scheduled'), await left('--destructive')]).toEqual([
    [1, 1],
    [1, 0],
    [0, 0],
  ])
  expect(await querator('delete', 'q', '--force')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: "Successfully deleted queue 'q'\n",
  })
})

describe('an error is printed once on stderr, with status 1', () => {
  test.each([
    [['produce'], 'accepts 1 arg(s), received 0'],
    [['produce', 'a', 'b'], 'accepts 1 arg(s), received 2'],
    [['complete', '-p', '0'], 'requires at least 1 arg(s), only received 0'],
    [['list', 'x'], 'accepts 0 arg(s), received 1'],
    [['lease', 'q', '--nope'], 'unknown flag: --nope'],
    [['lease', 'q', '-z'], "unknown shorthand flag: 'z' in -z"],
    [['lease', 'q', '--timeout'], 'flag needs an argument: --timeout'],
    [
      ['lease', 'q', '-b', 'many'],
      'invalid argument "many" for "-b, --batch-size" flag: strconv.ParseInt: parsing "many": invalid syntax',
    ],
    [
      ['list', '--limit', '99999999999'],
      'invalid argument "99999999999" for "--limit" flag: strconv.ParseInt: parsing "99999999999": value out of range',
    ],
    [['produce', 'q', '-p', 'x', '--timeout', '5'], 'invalid timeout format: time: missing unit in duration "5"'],
    [
      ['produce', 'q', '-p', 'x', '--enqueue-at', 'tomorrow'],
      "invalid enqueue-at time format (use RFC3339): 'tomorrow' is none, such as 2026-01-31T15:04:05Z",
    ],
    [['complete', 'q', 'id'], 'required flag(s) "partition" not set'],
    [['complete', 'q', '-p', '0'], 'no item IDs provided (use command line arguments or --file)'],
    [['create', 'n', '--lease-timeout', '1d'], 'invalid lease-timeout format: time: unknown unit "d" in duration "1d"'],
    [['update', 'q'], 'no update flags provided (use --help to see available options)'],
    [['update', 'q', '--lease-timeout', 'x'], 'invalid lease-timeout format: time: invalid duration "x"'],
    [['--endpoint', '', 'list'], 'failed to create client: conf.Endpoint is empty; must provide an http endpoint'],
    [
      ['list', '--endpoint', 'localhost:2319'],
      "'localhost:2319' is no URL of a daemon; write it with its scheme: http://localhost:2319",
    ],
  ] as const)('wrong usage, with the usage text: %j', async (args, text) => {
    const { status, stdout, stderr } = await querator(...args)
    expect([status, stdout]).toEqual([1, ''])
    const command = args.find((arg) => /^[a-z]+$/.test(arg)) ?? ''
    expect(stderr).toMatch(misuse(text, command))
  })

  test.each([
    [['complete', 'q', '-p', '0', '--file', '/dev/null'], 'no item IDs to complete'],
    [
      ['complete', 'q', '-p', '0', '--file', 'none'],
      "failed to open file: ENOENT: no such file or directory, open 'none'",
    ],
    [
      ['list', '--endpoint', 'http://127.0.0.1:1'],
      'failed to list queues: no answer from http://127.0.0.1:1: nothing listens there; is the daemon running?',
    ],
  ] as const)('a failure, without the usage text: %j', async (args, text) => {
    const { status, stdout, stderr } = await querator(...args)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(failure(text))
  })

  test.each([
    [['produce', 'nope', '-p', 'x'], 'produce item', 'queue.produce'],
    [['lease', 'nope'], 'lease items', 'queue.lease'],
    [['complete', 'nope', 'id', '-p', '0'], 'complete items', 'queue.complete'],
    [['retry', 'nope', 'id', '-p', '0'], 'retry items', 'queue.retry'],
    [['update', 'nope'], 'get current queue info', 'queues.info'],
    [['delete', 'nope'], 'delete queue', 'queues.delete'],
    [['clear', 'nope'], 'clear queue', 'queue.clear'],
    [['stats', 'nope'], 'get queue stats', 'queue.stats'],
    [['info', 'nope'], 'get queue info', 'queues.info'],
  ] as const)('%j: with the message of the server', async (args, what, call) => {
    const { status, stdout, stderr } = await querator(...args)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      failure(
        `failed to ${what}: POST ${QUERATOR_ENDPOINT}/v1/${call} returned 'Bad Request' with message: queue does not exist; no such queue named 'nope'`,
      ),
    )
  })

  test.each([
    ['leas', 'q'],
    ['help', 'leas'],
  ])('an unknown command, without a usage text: %s %s', async (...args) => {
    expect(await querator(...args)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `Error: unknown command "leas" for "querator"\nRun 'querator --help' for usage.\n`,
    })
  })

  test('a server that never answers', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const { status, stderr } = await querator(
      'lease',
      'q',
      '--timeout',
      '50ms',
      '--endpoint',
      `http://127.0.0.1:${port}`,
    )
    silent.close()
    expect(status).toBe(1)
    expect(stderr).toMatch(failure('failed to lease items: no answer within 50ms'))
  })
})

test('API key: the flag overrides its variable, and without either none is sent', async () => {
  await using closed = await startTestDaemon({ auth: 'internal', log: 'silent' })
  const user = await closed.createUser({ permissions: ['queue.list'] })
  await closed.closeDoor()
  const list = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    startWith(env, folder, command(), ...args, 'list', '--endpoint', endpoint).ended
  const endpoint = await closed.listen()
  expect(await list({})).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("'Forbidden' with message: access"),
  })
  expect(await list({ QUERATOR_API_KEY: user.key })).toMatchObject({ status: 0 })
  expect(await list({ QUERATOR_API_KEY: 'nonsense' }, '--api-key', user.key)).toMatchObject({ status: 0 })
  expect(await list({ QUERATOR_API_KEY: user.key }, '--api-key', 'x')).toMatchObject({
    stderr: expect.stringContaining("'Unauthorized' with message: api key is invalid"),
  })
})

test('endpoint: the flag, before or after the command, overrides the variable, and an empty one counts as unset', async () => {
  const wrong = { QUERATOR_ENDPOINT: 'http://127.0.0.1:1' }
  expect(await startWith(wrong, folder, command(), 'list', '--endpoint', QUERATOR_ENDPOINT).ended).toMatchObject({
    status: 0,
  })
  expect(await startWith(wrong, folder, command(), '--endpoint', QUERATOR_ENDPOINT, 'list').ended).toMatchObject({
    status: 0,
  })
  expect(await startWith({ QUERATOR_ENDPOINT: '' }, folder, command(), 'stats', 'q').ended).toMatchObject({
    stderr: expect.stringContaining('http://localhost:2319'),
  })
})

test('a command ends silently when its reader goes away, as with SIGPIPE', async () => {
  for (let number = 0; number < 500; number++) await daemon.createQueue({ label: 'a-name-that-is-rather-long' })
  const script = `'${command()}' list --limit 1000 --endpoint '${QUERATOR_ENDPOINT}' | head -c 1; echo " \${PIPESTATUS[0]}"`
  expect(await start(folder, 'bash', '-c', script).ended).toMatchObject({ status: 0, stdout: '{ 141\n', stderr: '' })
})

test('a hostile name is escaped on stderr, and JSON on stdout contains it unchanged', async () => {
  // Arguments end at the first NUL.
  const [name, text] = [HOSTILE_NAME, HOSTILE].map((one) => one.replaceAll('\0', '')) as [string, string]
  const done = await querator('create', name, '--reference', text)
  const outputs = [
    done,
    await querator('create', name),
    await querator('stats', `${name}x`),
    await querator('clear', name),
    await querator('lease', name, '--timeout', text),
    await querator('lease', name, text),
    await querator('produce', name, `--${text}`),
    await querator('list', '--endpoint', text),
    await querator('server', '--address', text),
    await querator('server', '--config', text),
    await querator(text),
  ]
  for (const { stderr } of outputs) expect([stderr, marksIn(stderr)]).toEqual([expect.stringMatching(/.\n$/), []])
  expect(done).toMatchObject({ status: 0, stderr: expect.stringContaining('a\\u{1b}[2J') })
  const { stdout } = await querator('info', name)
  expect(JSON.parse(stdout)).toMatchObject({ queueName: name, reference: text })
  expect((await querator('delete', name)).stderr).toMatch(/^Successfully deleted queue 'a\\u\{1b\}\[2J[^\n]*'\n$/)
})

test('a hostile server message is escaped on stderr', async () => {
  const body = JSON.stringify({ code: 400, code_text: HOSTILE, message: HOSTILE })
  const answers = [
    { type: 'application/json', body, details: { nearest: HOSTILE, existing: HOSTILE, [HOSTILE]: HOSTILE } },
    { type: 'text/html', body: `<html>\r\n\t${HOSTILE}`, details: {} },
  ]
  for (const { type, body, details } of answers) {
    const server = createHttpServer((_, response) => {
      const hints = encodeURIComponent(JSON.stringify(details))
      response.writeHead(400, { 'content-type': type, 'x-querator-test-details': hints }).end(body)
    })
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const { stderr } = await querator('stats', 'q', '--endpoint', `http://127.0.0.1:${port}`)
    server.close()
    expect(stderr).toMatch(/^Error: failed to get queue stats: .*a\\u\{1b\}\[2J/)
    expect(marksIn(stderr)).toEqual([])
  }
})

test('help is printed on stdout for each command and lists its flags', async () => {
  const { status, stdout, stderr } = await querator('--help')
  expect([status, stderr]).toEqual([0, ''])
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) \[/gm)].map(([, name]) => name as string)
  expect(commands).toEqual([
    ...['server', 'produce', 'lease', 'complete', 'retry', 'create', 'list'],
    ...['info', 'stats', 'update', 'clear', 'delete', 'dump', 'load', 'help'],
  ])
  expect(stdout).toMatch(/^ {2}version +prints the version$/m)
  for (const name of commands.filter((one) => one !== 'help')) {
    const help = await querator(name, '--help')
    expect([help.status, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain(`Usage: querator ${name} [options]`)
    expect(help.stdout).not.toContain('(default: "")')
    // The control plane takes no keys.
    const keys = ['server', 'dump', 'load'].includes(name) ? '' : '[\\s\\S]*--api-key <key>'
    if (name !== 'server') expect(help.stdout).toMatch(new RegExp(`--endpoint <url>${keys}`))
  }
  expect((await querator('delete', '--help')).stdout.replace(/\s+/g, ' ')).toContain('has no effect')
})

afterAll(() => daemon.close())
