/** Faults that a daemon could have. Between a client and its door, they change results or lose calls. */
import { QueratorError } from '../../src/index.js'
import type { Calls } from './clients.js'
import { turn } from './turn.js'

/** Changes some calls of a client, and calls `told` each time. */
export type Lie = (calls: Calls, told: () => void) => Partial<Calls>

type Leased = Awaited<ReturnType<Calls['queueLease']>>

/** Changes the results of leases. `falsified` returns undefined if there is nothing to change. */
function leasing(falsified: (answer: Leased) => Leased | undefined): Lie {
  return (calls, told) => ({
    queueLease: async (...request) => {
      const answer = await calls.queueLease(...request)
      const changed = falsified(answer)
      if (changed !== undefined) told()
      return changed ?? answer
    },
  })
}

/** Drops every second call of a kind and reports success. */
function losing(name: 'queueProduce' | 'queueComplete' | 'queueRetry' | 'queueClear'): Lie {
  return (calls, told) => {
    let count = 0
    const lost = async (...request: Parameters<Calls['queueProduce']>) => {
      if (count++ % 2 === 0) return calls[name](...(request as never as [never]))
      return told()
    }
    return { [name]: lost }
  }
}

/** Every lie, by what such a daemon would do. */
export const LIES: Readonly<Record<string, () => Lie>> = {
  'loses every second produce': () => losing('queueProduce'),
  'loses every second complete': () => losing('queueComplete'),
  'loses every second retry': () => losing('queueRetry'),
  'loses every second clear': () => losing('queueClear'),
  'produces twice': () => (calls, told) => ({
    queueProduce: async (request, options) => {
      told()
      await calls.queueProduce(request, options)
      await calls.queueProduce(request)
    },
  }),
  'leases the same items to the next client too': () => {
    let last: Leased | undefined
    return leasing((answer) => {
      const before = last
      last = answer
      return before?.queueName === answer.queueName ? before : undefined
    })
  },
  'loses the last item of a lease': () => {
    return leasing((answer) => (answer.items.length < 2 ? undefined : { ...answer, items: answer.items.slice(0, -1) }))
  },
  'returns the items of a lease in another order': () => {
    return leasing((answer) => (answer.items.length < 2 ? undefined : { ...answer, items: answer.items.toReversed() }))
  },
  'forgets earlier attempts': () => {
    return leasing((answer) => {
      if (answer.items.every(({ attempts }) => attempts === 1)) return undefined
      return { ...answer, items: answer.items.map((item) => ({ ...item, attempts: 1 })) }
    })
  },
  'says that there was nothing when there was something': () => (calls, told) => ({
    queueLease: async (...request) => {
      await calls.queueLease(...request)
      told()
      throw new QueratorError(454, 'request timeout; no items are in the queue, try again')
    },
  }),
  'does not notice that a client has gone away': () => (calls, told) => ({
    queueLease: (request, { signal } = {}) => {
      signal?.addEventListener('abort', told)
      return Promise.race([calls.queueLease(request), aborted(signal)])
    },
  }),
  'confirms a complete before it is done': () => (calls, told) => ({
    queueComplete: async (request) => {
      told()
      void turn(20).then(() => calls.queueComplete(request).catch(() => undefined))
    },
  }),
  'returns outdated stats': () => {
    const last = new Map<string | undefined, Awaited<ReturnType<Calls['queueStats']>>>()
    return (calls, told) => ({
      queueStats: async (request) => {
        const before = last.get(request.queueName)
        const now = await calls.queueStats(request)
        last.set(request.queueName, now)
        if (JSON.stringify(before ?? now) !== JSON.stringify(now)) told()
        return before ?? now
      },
    })
  },
  'leaves leased items out of lists': () => (calls, told) => ({
    storageItemsList: async (request) => {
      const { items } = await calls.storageItemsList(request)
      if (items.some((item) => item.isLeased)) told()
      return { items: items.filter((item) => !item.isLeased) }
    },
  }),
}

/** The calls of a client, changed by a lie. */
export function lying(calls: Calls, lie: Lie, told: () => void): Calls {
  const falsified = lie(calls, told)
  return new Proxy(calls, {
    get: (target, name) => {
      const own = Reflect.get(falsified, name)
      if (own !== undefined) return own
      const call = Reflect.get(target, name) as (...request: unknown[]) => unknown
      return (...request: unknown[]) => call.apply(target, request)
    },
  })
}

/** Rejects when the signal is aborted. Otherwise it never settles. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}
