/** The OpenAPI document against the table of routes, and replies against the document. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/control/control-plane.js'
import { startTestDaemon } from '../../src/index.js'
import { controlOf } from '../support/control.js'

// biome-ignore lint/suspicious/noExplicitAny: a document of many forms
type Any = any

// The types of ajv name a default export that ES modules do not see.
const { default: Ajv } = createRequire(import.meta.url)('ajv/dist/2020.js') as Any

async function controlled() {
  const daemon = await startTestDaemon({ clock: 'frozen', log: 'silent', endpoint: '' })
  const control = await controlOf(daemon)
  return { daemon, ...control, document: (await control.get('/test/openapi.json')).body as Any }
}

test('every route and every field is in the document, and nothing else', async () => {
  const { daemon, document } = await controlled()
  const described = Object.entries(document.paths as Any).flatMap(([path, methods]) =>
    Object.entries(methods as Any).map(([method, one]: [string, Any]) => {
      const { properties = {}, required = [] } = one.requestBody?.content['application/json'].schema ?? {}
      const parameters = one.parameters ?? []
      const fields = method === 'get' ? parameters.map(({ name }: Any) => name) : Object.keys(properties)
      const needed = method === 'get' ? parameters.filter((p: Any) => p.required).map((p: Any) => p.name) : required
      return { route: `${method.toUpperCase()} ${path}`, summary: one.summary, fields, needed }
    }),
  )
  expect(described).toEqual(
    ROUTES.map(({ method, path, summary, fields }) => ({
      route: `${method} ${path}`,
      summary,
      fields: Object.keys(fields),
      needed: Object.keys(fields).filter((name) => fields[name]?.required),
    })),
  )
  await daemon.close()
})

test('the document has the shape of OpenAPI 3.1', async () => {
  const { daemon, document } = await controlled()
  expect(document.openapi).toBe('3.1.0')
  expect(document.info).toEqual({
    title: expect.any(String),
    version: expect.any(String),
    description: expect.any(String),
  })
  const operations = Object.values(document.paths as Any).flatMap((methods) => Object.values(methods as Any)) as Any[]
  const ids = operations.map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toContain('postClockAdvanceUntil')
  const names = Object.keys(document.components.schemas)
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref)
  for (const ref of refs) expect(names.map((name) => `#/components/schemas/${name}`)).toContain(ref)
  for (const name of names) expect(refs).toContain(`#/components/schemas/${name}`)
  for (const { summary, responses, parameters = [], requestBody } of operations) {
    expect(summary).toMatch(/^[A-Z].*\.$/)
    expect(Object.keys(responses)).toEqual(['200', 'default'])
    for (const one of Object.values(responses) as Any[]) expect(one.description).toMatch(/\.$/)
    for (const { name, in: where, description, schema } of parameters) {
      expect([typeof name, where, typeof schema]).toEqual(['string', 'query', 'object'])
      expect(description).toMatch(/^[A-Z].*\.$/)
    }
    for (const field of Object.values(requestBody?.content['application/json'].schema.properties ?? {}) as Any[]) {
      expect(field.description).toMatch(/^[A-Z].*\.$/)
    }
  }
  // Each schema is a valid JSON Schema.
  const ajv = new Ajv({ strict: true, validateFormats: false, keywords: ['components'] })
  ajv.addSchema({ $id: 'doc', components: document.components })
  for (const name of names) ajv.compile({ $ref: `doc#/components/schemas/${name}` })
  await daemon.close()
})

test('replies are as the document says, and have no field that it leaves out', async () => {
  const { daemon, document, get, post } = await controlled()
  const queue = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 1, deadQueue: true })
  await queue.produce({ reference: 'a' }, { reference: 'b', enqueueAt: new Date(daemon.clock.now() + 600_000) })
  await queue.lease({ clientId: 'worker' })
  queue.lease({ clientId: 'waiter', requestTimeout: '30s' }).catch(() => undefined)
  await daemon.client.queueClear({ queueName: 'ordes' }).catch(() => undefined)
  const schemas = Object.fromEntries(
    Object.entries(document.components.schemas as Any).map(([name, schema]: [string, Any]) => [
      name,
      schema.properties === undefined ? schema : { ...schema, additionalProperties: false },
    ]),
  )
  const ajv = new Ajv({ strict: true, validateFormats: false, keywords: ['components'] })
  ajv.addSchema({ $id: 'doc', components: { schemas } })
  const replies: Record<string, Any> = {
    'GET /test/health': await get('/test/health'),
    'GET /test/openapi.json': await get('/test/openapi.json'),
    'POST /test/clock/advance': await post('/test/clock/advance', { by: '11m' }),
    'POST /test/clock/advance-until': await post('/test/clock/advance-until', { event: 'dead-lettered' }),
    'GET /test/clock': await get('/test/clock'),
    'POST /test/clock/resume': await post('/test/clock/resume'),
    'POST /test/clock/freeze': await post('/test/clock/freeze'),
    'POST /test/queues/pause': await post('/test/queues/pause', { queue: 'orders' }),
    'POST /test/queues/resume': await post('/test/queues/resume', { queue: 'orders' }),
    'POST /test/faults': await post('/test/faults', { call: 'queue.complete', queue: 'orders', do: { refuse: 454 } }),
    'POST /test/outage': await post('/test/outage', { queue: 'orders', partition: 0 }),
    'GET /test/faults': await get('/test/faults'),
    'POST /test/faults/remove': await post('/test/faults/remove', { fault: 2 }),
    'GET /test/explain': await get('/test/explain?queue=orders'),
    'GET /test/snapshot': await get('/test/snapshot?queue=orders'),
    'GET /test/events': await get('/test/events'),
    'GET /test/history': await get('/test/history?queue=orders&reference=a'),
    'POST /test/crash': await post('/test/crash', { keeps: 'items' }),
    'POST /test/restart': await post('/test/restart', { after: '30s' }),
    'GET /test/dump': await get('/test/dump'),
    'POST /test/load': await post('/test/load', { dump: (await get('/test/dump')).body }),
    'POST /test/reset': await post('/test/reset'),
  }
  const stream = 'GET /test/events/stream'
  expect(Object.keys(replies).sort()).toEqual(
    ROUTES.map(({ method, path }) => `${method} ${path}`)
      .filter((one) => one !== stream)
      .sort(),
  )
  for (const { method, path, reply } of ROUTES) {
    const given = replies[`${method} ${path}`]
    if (given === undefined) continue
    expect(given.status).toBe(200)
    const validate = ajv.compile({ $ref: `doc#/components/schemas/${reply}` })
    expect([path, validate(given.body), validate.errors]).toEqual([path, true, null])
  }
  expect(replies['POST /test/clock/advance'].body.fired.length).toBeGreaterThanOrEqual(3)
  const kinds = replies['GET /test/events'].body.events.map(({ kind }: Any) => kind)
  expect(kinds).toEqual(expect.arrayContaining(['refused', 'lease-timed-out', 'dead-lettered', 'item-due']))
  const isError = ajv.compile({ $ref: 'doc#/components/schemas/Error' })
  expect(isError((await get('/test/clok')).body)).toBe(true)
  await daemon.close()
})

test('docs/control-plane.md lists every route with its fields', () => {
  const page = readFileSync(new URL('../../docs/control-plane.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `((?:GET|POST) [^`]+)` \| (.*?) ?\| /gm)].map(([, name, fields = '']) => {
    return { name, fields: [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field) }
  })
  const known = ROUTES.map(({ method, path, fields }) => ({ name: `${method} ${path}`, fields: Object.keys(fields) }))
  type Named = { name: string | undefined }
  const byName = (a: Named, b: Named) => String(a.name).localeCompare(String(b.name))
  expect(rows.sort(byName)).toEqual(known.sort(byName))
})
