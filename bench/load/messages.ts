/** The requests of the load, as messages and as bytes. */
import { decodeResponse, encode } from '../../src/protocol/codec.js'
import { type Encoding, MEDIA_TYPE } from '../../src/protocol/content-type.js'
import { METHODS, type ResponseOf } from '../../src/protocol/methods.js'
import { type LoadReply, postOf } from './http-load.js'

/** In bytes, the same as in Querator's own figures. */
export const PAYLOAD = new Uint8Array(100).fill(0x61)

/** Makes requests for one host. */
export class RequestMaker {
  readonly #host: string
  readonly #encoding: Encoding

  constructor(host: string, encoding: Encoding = 'protobuf') {
    this.#host = host
    this.#encoding = encoding
  }

  create(queueName: string): Buffer {
    const request = { queueName, leaseTimeout: '10m', expireTimeout: '24h', requestedPartitions: 1 }
    return this.#post('queuesCreate', request)
  }

  delete(queueName: string): Buffer {
    return this.#post('queuesDelete', { queueName, force: true })
  }

  produce(queueName: string, count: number): Buffer {
    const items = Array.from({ length: count }, () => ({ bytes: PAYLOAD }))
    return this.#post('queueProduce', { queueName, requestTimeout: '1m', items })
  }

  lease(queueName: string, batchSize: number, clientId: string, requestTimeout = '1m'): Buffer {
    return this.#post('queueLease', { queueName, batchSize, clientId, requestTimeout })
  }

  complete(queueName: string, ids: readonly string[]): Buffer {
    return this.#post('queueComplete', { queueName, partition: 0, requestTimeout: '1m', ids: [...ids] })
  }

  #post(name: keyof typeof METHODS, request: object): Buffer {
    const { path, request: schema } = METHODS[name]
    return postOf(path, this.#host, MEDIA_TYPE[this.#encoding], encode(schema, request as never, this.#encoding))
  }
}

/** The ids in a lease reply. @throws if it is an error */
export function idsOf(reply: LoadReply, encoding: Encoding = 'protobuf'): string[] {
  const response = decodeResponse(METHODS.queueLease.response, checked(reply).body, encoding)
  return (response as ResponseOf<'queueLease'>).items.map((item) => item.id)
}

/** @throws if the reply is an error */
export function checked(reply: LoadReply): LoadReply {
  if (reply.status === 200) return reply
  throw new Error(`the daemon answered ${reply.status}: ${reply.body.toString('utf8')}`)
}
