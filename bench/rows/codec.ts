/** The handwritten codec for hot messages against the general one, in alternation. */
import { decodeBinary } from '../../src/protocol/binary/decode.js'
import { encodeBinary } from '../../src/protocol/binary/encode.js'
import { decodeRequest, decodeResponse, encode } from '../../src/protocol/codec.js'
import { encodeJson } from '../../src/protocol/json/encode.js'
import type { MessageType } from '../../src/protocol/messages/message.js'
import { QueueCompleteRequest, QueueLeaseResponse, QueueProduceRequest } from '../../src/protocol/messages/queue.js'
import { PAYLOAD } from '../load/messages.js'
import { median, settle, timed } from '../measure.js'
import type { Row, Section } from '../report.js'

const ITEMS = 1000
const REPEATS = 50
const ROUNDS = 15

const leaseDeadline = { seconds: 1_790_000_000n, nanos: 123_000_000 }
const id = (number: number) => `2w5ZkXbH0a8Jm3rQ7vYt${String(number).padStart(7, '0')}`
const numbers = Array.from({ length: ITEMS }, (_, number) => number)
const byteText = Buffer.from(PAYLOAD).toString('latin1')

const MESSAGES: [string, MessageType, object, 'request' | 'response'][] = [
  ['produce', QueueProduceRequest, { queueName: 'q', items: numbers.map(() => ({ bytes: PAYLOAD })) }, 'request'],
  [
    'leased',
    QueueLeaseResponse,
    { queueName: 'q', items: numbers.map((n) => ({ id: id(n), attempts: 1, leaseDeadline, bytes: byteText })) },
    'response',
  ],
  ['complete', QueueCompleteRequest, { queueName: 'q', ids: numbers.map(id) }, 'request'],
]

/** Measures messages of 1,000 items. */
export async function codecRows(): Promise<Section> {
  const rows: Row[] = []
  for (const [name, type, message, side] of MESSAGES) {
    const bytes = encodeBinary(type, message as never)
    const read = side === 'request' ? decodeRequest : decodeResponse
    const general = (view: Uint8Array) => decodeBinary(type, view, side === 'request' ? textOf : (same) => same)
    rows.push(
      await row(
        `${name}, written`,
        () => encode(type, message as never, 'protobuf'),
        () => encodeBinary(type, message as never),
      ),
      await row(
        `${name}, read`,
        () => read(type, bytes, 'protobuf'),
        () => general(bytes),
      ),
    )
  }
  const [, type, message] = MESSAGES[1] as (typeof MESSAGES)[number]
  const json = Buffer.from(encodeJson(type, message as never))
  const ms = await rounds(() => decodeResponse(type, json, 'json'))
  rows.push({ what: 'leased, read as JSON', measured: ITEMS / ms / 1000, unit: 'M items/s' })
  return { title: 'Handwritten codec, messages of 1,000 items', rows }
}

async function row(what: string, hot: () => unknown, general: () => unknown): Promise<Row> {
  const [hotTook, generalTook]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    hotTook.push(await once(hot))
    generalTook.push(await once(general))
  }
  const [hotMs, generalMs] = [median(hotTook), median(generalTook)]
  const note = `${(generalMs / hotMs).toFixed(1)} times as fast as the general codec`
  return { what, measured: ITEMS / hotMs / 1000, unit: 'M items/s', note }
}

async function rounds(work: () => unknown): Promise<number> {
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round++) took.push(await once(work))
  return median(took)
}

/** Milliseconds per call. */
async function once(work: () => unknown): Promise<number> {
  await settle()
  const ms = await timed(() => {
    for (let repeat = 0; repeat < REPEATS; repeat++) work()
  })
  return ms / REPEATS
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
