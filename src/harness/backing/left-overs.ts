/** Removes what ended test runs, also crashed ones, left on a shared server. */
import { QueratorClient } from '../../client/client.js'
import { noAnswer, sendOverHttp } from '../../client/http-send.js'
import { orGiveUp } from '../../clock/give-up.js'
import { isQueratorError } from '../../errors.js'
import type { Send } from '../../protocol/exchange.js'
import { deleteQueue } from './delete-queue.js'
import { LONGEST_REPLY } from './reply-limit.js'
import { leftOverCheck } from './run-prefix.js'

const PAGE = 1000

/** How many queues are deleted at the same time. Limited, because others use the server too. */
const AT_ONCE = 20

/** Options of `removeLeftOvers()`. */
export interface LeftOversOptions {
  /** The URL of the server. */
  endpoint: string
  /** The id of a process whose queues are removed too, although it still runs. Default: none. */
  ended?: number
  /** The API key for a server that checks keys. Default: the variable `QUERATOR_API_KEY`. */
  apiKey?: string
}

/**
 * Removes the queues that earlier test runs left on a server, and returns their names. It removes queues of test processes that have
 * ended. Queues from other machines are removed after a day. Queues of other programs and of running tests stay.
 * @throws QueratorError if the server does not answer, or refuses the call
 */
export async function removeLeftOvers(options: LeftOversOptions): Promise<string[]> {
  const { endpoint, apiKey = process.env.QUERATOR_API_KEY ?? '' } = options
  return sweep(new QueratorClient({ send: sendWithin(LONGEST_REPLY, endpoint), apiKey }), options.ended)
}

/** Returns a function that sends requests over HTTP, and gives each up that has no reply within `longest` milliseconds. @internal */
export function sendWithin(longest: number, endpoint: string): Send {
  const send = sendOverHttp(endpoint)
  return async (request) => {
    const controller = new AbortController()
    return orGiveUp(send({ ...request, signal: controller.signal }), longest, () => {
      controller.abort()
      throw noAnswer(`${endpoint} within ${longest} ms`)
    })
  }
}

/** Does what `removeLeftOvers` does, with this client. @internal */
export async function sweep(client: QueratorClient, ended?: number): Promise<string[]> {
  const isLeftOver = leftOverCheck(ended)
  const names: string[] = []
  for (const namespace of await namespacesOf(client)) {
    names.push(...(await queuesIn(client, namespace)).filter(isLeftOver))
  }
  for (let first = 0; first < names.length; first += AT_ONCE) {
    await Promise.all(names.slice(first, first + AT_ONCE).map((name) => deleteQueue(client, name)))
  }
  return names
}

async function queuesIn(client: QueratorClient, namespace: string): Promise<string[]> {
  const names: string[] = []
  for (let pivot = ''; ; ) {
    const { items } = await client.queuesList({ pivot, limit: PAGE, namespace })
    // A page includes its pivot.
    names.push(...items.map((info) => info.queueName).filter((name) => name !== pivot))
    const last = items.at(-1)?.queueName
    if (items.length < PAGE || last === undefined) return names
    pivot = last
  }
}

/** Returns the namespaces of a server. Only the default one, '', if the server has none or does not list them. */
async function namespacesOf(client: QueratorClient): Promise<string[]> {
  try {
    const { items } = await client.namespacesList({ limit: PAGE })
    return items.map((namespace) => namespace.name)
  } catch (error) {
    if (!isQueratorError(error) || error.code === 0) throw error
    return ['']
  }
}
