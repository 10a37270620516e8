/** What a client says of a request that holds something else than its type, before anything is sent. */
import { expect, test } from 'vitest'
import { QueratorClient, QueratorError } from '../../src/index.js'

const client = new QueratorClient({
  send: () => {
    throw new Error('nothing may be sent')
  },
})

test.each([
  [
    'a request that is no object',
    () => client.queueStats('q' as never),
    "client.queueStats takes an object with the fields of querator.QueueStatsRequest; got 'q'",
  ],
  [
    'a number for a text',
    () => client.queueStats({ queueName: 7 as never }),
    'client.queueStats.queueName takes a text; got 7',
  ],
  [
    'a text for a number',
    () => client.queueLease({ batchSize: '1' as never }),
    "client.queueLease.batchSize takes a whole number of 32 bits; got '1'",
  ],
  [
    'half a number',
    () => client.queueLease({ batchSize: 1.5 }),
    'client.queueLease.batchSize takes a whole number of 32 bits; got 1.5',
  ],
  [
    'a text for a list',
    () => client.queueComplete({ ids: 'x' as never }),
    "client.queueComplete.ids takes a list; got 'x'",
  ],
  [
    'a text for bytes',
    () => client.queueProduce({ items: [{}, { bytes: 'x' as never }] }),
    "client.queueProduce.items[1].bytes takes a Uint8Array; for text use new TextEncoder().encode(…); got 'x'",
  ],
  [
    'a text for a time',
    () => client.queueProduce({ items: [{ enqueueAt: 'now' as never }] }),
    "client.queueProduce.items[0].enqueueAt takes a Date, or { seconds, nanos }; got 'now'",
  ],
  [
    'a Date that is none',
    () => client.queueProduce({ items: [{ enqueueAt: new Date('never') }] }),
    'client.queueProduce.items[0].enqueueAt takes a Date, or { seconds, nanos }; got Invalid Date',
  ],
  [
    'a number for a flag',
    () => client.queueClear({ queue: 1 as never }),
    'client.queueClear.queue takes true or false; got 1',
  ],
])('%s is refused with its name', async (_, call, message) => {
  const error = await call().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(QueratorError)
  expect((error as QueratorError).message).toBe(message)
  // The first line of the stack is the test's own.
  expect((error as QueratorError).stack?.split('\n').find((line) => /^\s+at /.test(line))).toContain(
    'check-request.test',
  )
})
