/** The OpenAPI document against what the routes accept: no client that follows it is refused for the form of its fields, and none that does not is heard. */
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startTestDaemon } from '../../src/index.js'
import { type Control, controlOf } from '../support/control.js'

// biome-ignore lint/suspicious/noExplicitAny: a document of many forms
type Any = any

// The types of ajv name a default export that ES modules do not see.
const { default: Ajv } = createRequire(import.meta.url)('ajv/dist/2020.js') as Any
const FROZEN = { clock: { start: new Date('2026-01-01') }, log: 'silent', endpoint: '' } as const

/** What a request of the right form may be refused for: it depends on other fields, or on what is there. */
const NOT_ABOUT_FORM =
  /^queue does not exist|^item does not exist|either id or reference|no call '|takes no (clientId|reference)|acts on queue|is never refused with|queue and partition together|not a valid partition|^there is no fault|but this daemon has had only/

const BIG = [Number.MAX_SAFE_INTEGER, 2 ** 53, 1e16, 1e300, 864e9, 864e9 + 1, -864e9, -864e9 - 1, 10_000, 10_001]
const TEXTS = [
  '',
  'orders',
  'x',
  '61s',
  '0',
  '-0',
  '1.5ms',
  '1.5s',
  '-1s',
  '1ns',
  '1000us',
  '1s500ms',
  '500ms1s',
  '1s1s',
]
const ACTIONS = [
  ...['hang', 'outage', 'lose-reply', 'expire-lease'],
  ...[
    454,
    1,
    1.5,
    null,
    {},
    { code: 454 },
    { code: 454, message: 'x', a: 1 },
    { code: '454' },
    { message: 'x' },
    [],
  ].map((refuse) => ({ refuse })),
  ...[0, -1, 1.5, null, true, ...BIG, ...TEXTS].flatMap((delay) => [{ delay }, { clockSkew: delay }, { first: delay }]),
  ...['before', 'after', 'x', null].map((when) => ({ delay: 1, when })),
  { refuse: 454, delay: 1 },
  { first: 1, a: 1 },
]
const NONE = { queues: [], users: [], apiKeys: [], roles: [], roleBindings: [] }
const SYSTEM = { name: '_system', description: '', apiKeyTag: '', createdAt: '2026-01-01T00:00:00Z' }
const DUMP = {
  ...{ format: 'querator-test dump', version: 1, time: '2026-01-01T00:00:00Z', frozen: true },
  ...{ ...NONE, namespaces: [SYSTEM] },
}
const DUMPS = [
  DUMP,
  ...[{ random: 1 }, { version: 2 }, { version: '1' }, { format: 'x' }, { time: 1 }, { frozen: 0 }, { queues: {} }],
  ...[{ users: [1] }, { roles: null }, { x: 1 }, { apiKeys: undefined }],
].map((changes) => ({ ...DUMP, ...changes }))
/** Valid values of the fields that a route needs. */
const NEEDED: Record<string, Record<string, unknown>> = {
  'POST /test/clock/advance': { by: 1 },
  'POST /test/clock/advance-until': { event: 'queue-created', within: 1, settle: 1 },
  'POST /test/faults': { call: 'queue.lease', do: 'hang' },
  'POST /test/outage': { queue: 'orders', partition: 0 },
  'POST /test/load': { dump: DUMP },
}
const VALUES: unknown[] = [
  ...DUMPS,
  0,
  1,
  -1,
  1.5,
  null,
  true,
  false,
  [],
  {},
  ...BIG,
  ...TEXTS,
  ...ACTIONS,
  'queue.complete',
  'leased',
]

async function controlled() {
  const daemon = await startTestDaemon(FROZEN)
  await daemon.createQueue({ name: 'orders' })
  const control = await controlOf(daemon, 'in memory')
  return { daemon, ...control, document: (await control.get('/test/openapi.json')).body as Any }
}

/** Returns what a route says if it does not say what its schema does. */
function disagreement(isValid: boolean, { status, body }: Awaited<ReturnType<Control['get']>>): string | undefined {
  const isFine = isValid ? status === 200 || status === 453 || NOT_ABOUT_FORM.test(body.message) : status === 400
  if (isFine) return undefined
  return `${isValid ? 'valid' : 'invalid'}, but ${status} ${String(body?.message).slice(0, 200)}`
}

test('each field of a body is accepted exactly if its schema accepts it', async () => {
  const { daemon, document, post } = await controlled()
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const wrong: string[] = []
  const counts = { valid: 0, invalid: 0 }
  for (const [path, { post: described }] of Object.entries(document.paths as Any) as [string, Any][]) {
    const schema = described?.requestBody?.content['application/json'].schema
    if (schema === undefined) continue
    const validate = ajv.compile(schema)
    for (const [name, value] of Object.keys(schema.properties).flatMap((one) =>
      VALUES.map((of) => [one, of] as const),
    )) {
      const body = { ...NEEDED[`POST ${path}`], [name]: value }
      const isValid = validate(body)
      const said = disagreement(isValid, await post(path, body))
      if (said !== undefined) wrong.push(`${path} ${name} ${JSON.stringify(value)}: ${said}`)
      counts[isValid ? 'valid' : 'invalid']++
      await post('/test/reset')
      await daemon.createQueue({ name: 'orders' })
    }
  }
  expect(wrong).toEqual([])
  expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(100)
  await daemon.close()
})

test('each parameter of a query is accepted exactly if its schema accepts it', async () => {
  const { daemon, document, get } = await controlled()
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const wrong: string[] = []
  const texts = [
    ...VALUES.filter((one) => typeof one === 'number' || typeof one === 'string').map(String),
    '01',
    '1e3',
    ' 1',
    '٣',
  ]
  for (const [path, { get: described }] of Object.entries(document.paths as Any) as [string, Any][]) {
    const needsQueue = (described?.parameters ?? []).some((one: Any) => one.name === 'queue' && one.required)
    // A stream does not end.
    for (const { name, schema } of path === '/test/events/stream' ? [] : (described?.parameters ?? [])) {
      const validate = ajv.compile(schema)
      for (const text of texts) {
        const query = new URLSearchParams({
          ...(needsQueue && name !== 'queue' ? { queue: 'orders' } : {}),
          [name]: text,
        })
        const isValid = validate(schema.type === 'integer' && /^[0-9]+$/.test(text) ? Number(text) : text)
        const said = disagreement(isValid, await get(`${path}?${query}`))
        if (said !== undefined) wrong.push(`${path} ${name} ${text}: ${said}`)
      }
    }
  }
  expect(wrong).toEqual([])
  await daemon.close()
})

/** Numbers from 0 to below 1, the same in each run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('every text that is a duration by the schema moves the clock by whole milliseconds, and no other does', async () => {
  const { daemon, document, post } = await controlled()
  const { by } = document.paths['/test/clock/advance'].post.requestBody.content['application/json'].schema.properties
  const { do: action } = document.paths['/test/faults'].post.requestBody.content['application/json'].schema.properties
  const ajv = new Ajv({ strict: false })
  const [isDuration, isAction] = [ajv.compile(by), ajv.compile(action)]
  const next = numbers(1)
  const below = (most: number) => Math.floor(next() * most)
  const digits = (count: number) => Array.from({ length: count }, () => below(10)).join('')
  const term = (unit: string) => digits(1 + below(12)) + (below(3) === 0 ? `.${digits(below(7))}` : '') + unit
  const one = () => {
    const units = below(4) === 0 ? ['s', 'h', 'ms', 'us'] : ['h', 'm', 's', 'ms']
    return units.map((unit) => (below(2) === 0 ? term(unit) : '')).join('')
  }
  const wrong: string[] = []
  let valid = 0
  for (let round = 0; round < 3000; round++) {
    const text = one()
    if (isDuration(text)) valid++
    const moved = disagreement(isDuration(text), await post('/test/clock/advance', { by: text }))
    if (moved !== undefined) wrong.push(`${text}: ${moved}`)
    const [delay, clockSkew] = [{ delay: text }, { clockSkew: `-${text}` }]
    for (const what of [delay, clockSkew]) {
      const made = disagreement(isAction(what), await post('/test/faults', { call: 'queue.lease', do: what, times: 1 }))
      if (made !== undefined) wrong.push(`${JSON.stringify(what)}: ${made}`)
    }
    if (round % 50 === 0) await post('/test/reset')
  }
  expect(wrong).toEqual([])
  expect(valid).toBeGreaterThan(300)
  await daemon.close()
})

test('the longest skew and delay break nothing', async () => {
  const { daemon, post } = await controlled()
  const queue = await daemon.createQueue({ name: 'invoices' })
  for (const clockSkew of [864e9, -864e9]) {
    await queue.produce({})
    const { fault } = (await post('/test/faults', { call: 'queue.lease', do: { clockSkew }, times: 1 })).body
    const request = { queueName: 'invoices', clientId: 'w', batchSize: 1, requestTimeout: '1m' }
    const { items } = await daemon.client.queueLease(request)
    expect(items).toHaveLength(1)
    await post('/test/faults/remove', { fault })
  }
  const delayed = { call: 'queue.stats', do: { delay: 864e9 }, times: 1 }
  const { fault } = (await post('/test/faults', delayed)).body
  const held = daemon.client.queueStats({ queueName: 'invoices' })
  await post('/test/faults/remove', { fault })
  expect((await held).logicalQueues).toHaveLength(1)
  await daemon.close()
})

test('a body that breaks off, and an expectation, get what the protocol has for them', async () => {
  await using daemon = await startTestDaemon(FROZEN)
  const { hostname, port } = new URL(await daemon.listen({ control: true }))
  const reply = async (head: string) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.end(`POST /test/clock/advance HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n{"by":1}`)
    let text = ''
    for await (const chunk of socket) text += chunk
    return [text.split('\r\n')[0], text.split('\r\n\r\n')[1]]
  }
  expect(await reply('Content-Length: 80')).toEqual([
    'HTTP/1.1 512 status code 512',
    '{"code":512,"message":"unexpected EOF","details":{}}\n',
  ])
  expect(await reply('Content-Length: 8\r\nExpect: something')).toEqual(['HTTP/1.1 417 Expectation Failed', ''])
  expect(daemon.clock.now()).toBe(FROZEN.clock.start.getTime())
})
