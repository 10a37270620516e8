/** The client checks the types of a request before it sends anything, and names the wrong field. */
import { expect, test } from 'vitest'
import { QueratorClient, QueratorError } from '../../src/index.js'

const client = new QueratorClient({
  send: () => {
    throw new Error('nothing may be sent')
  },
})

test.each([
  [
    'a request that is not an object',
    () => client.queueStats('q' as never),
    "client.queueStats takes an object with the fields of querator.QueueStatsRequest; got 'q'",
  ],
  [
    'a number for a string',
    () => client.queueStats({ queueName: 7 as never }),
    'client.queueStats.queueName takes a text; got 7',
  ],
  [
    'a string for a number',
    () => client.queueLease({ batchSize: '1' as never }),
    "client.queueLease.batchSize takes a whole number of 32 bits; got '1'",
  ],
  [
    'a fraction for a whole number',
    () => client.queueLease({ batchSize: 1.5 }),
    'client.queueLease.batchSize takes a whole number of 32 bits; got 1.5',
  ],
  [
    'a string for a list',
    () => client.queueComplete({ ids: 'x' as never }),
    "client.queueComplete.ids takes a list; got 'x'",
  ],
  [
    'a string for bytes',
    () => client.queueProduce({ items: [{}, { bytes: 'x' as never }] }),
    "client.queueProduce.items[1].bytes takes a Uint8Array; for text use new TextEncoder().encode(…); got 'x'",
  ],
  [
    'a string for a time',
    () => client.queueProduce({ items: [{ enqueueAt: 'now' as never }] }),
    "client.queueProduce.items[0].enqueueAt takes a Date, or { seconds, nanos }; got 'now'",
  ],
  [
    'an invalid Date',
    () => client.queueProduce({ items: [{ enqueueAt: new Date('never') }] }),
    'client.queueProduce.items[0].enqueueAt takes a Date, or { seconds, nanos }; got Invalid Date',
  ],
  [
    'a lone surrogate in a name',
    () => client.queueStats({ queueName: 'a\ud800' }),
    'client.queueStats.queueName must be text without half surrogate pairs; got one at position 1: "a\\ud800"',
  ],
  [
    'a lone surrogate in a produce',
    () =>
      client.queueProduce({ queueName: 'q', items: [{ reference: 'é' }, { reference: `😀${'x'.repeat(50)}\udc00y` }] }),
    `client.queueProduce.items[1].reference must be text without half surrogate pairs; got one at position 52: "${'x'.repeat(20)}\\udc00y"`,
  ],
  [
    'a lone surrogate in a complete',
    () => client.queueComplete({ ids: ['a', '\ud800'] }),
    'client.queueComplete.ids[1] must be text without half surrogate pairs; got one at position 0: "\\ud800"',
  ],
  [
    'a lone surrogate in the queue name of a produce',
    () => client.queueProduce({ queueName: '\udfff', items: [{}] }),
    'client.queueProduce.queueName must be text without half surrogate pairs; got one at position 0: "\\udfff"',
  ],
  [
    'a number for a boolean',
    () => client.queueClear({ queue: 1 as never }),
    'client.queueClear.queue takes true or false; got 1',
  ],
])('%s is refused, and the error names the field', async (_, call, message) => {
  const error = await call().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(QueratorError)
  expect((error as QueratorError).message).toBe(message)
  // The first stack frame is in this test, not inside the client.
  expect((error as QueratorError).stack?.split('\n').find((line) => /^\s+at /.test(line))).toContain(
    'check-request.test',
  )
})

test('JSON and protobuf both refuse lone surrogates and accept whole pairs', async () => {
  const sent: string[] = []
  const send = async ({ body }: { body: unknown }) => {
    sent.push(Buffer.from(body as Uint8Array).toString('utf8'))
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') }
  }
  for (const encoding of ['json', 'protobuf'] as const) {
    const one = new QueratorClient({ send, encoding })
    await expect(one.queueReload({ queueName: '\ud800\ud801' })).rejects.toThrow('client.queueReload.queueName')
    await one.queueReload({ queueName: '😀' })
    await one.queueProduce({ queueName: '😀 é', items: [{ kind: '😀' }] })
  }
  expect(sent).toHaveLength(4)
  for (const body of sent) expect(body).toContain('😀')
})
