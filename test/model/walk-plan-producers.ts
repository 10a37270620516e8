/** The commands that add items to a queue: produce and import. */

import type { Imported } from './model-requests.js'
import type { WalkImport } from './walk-commands.js'
import type { Do, Place, Plan, Situation } from './walk-situation.js'
import { pick, places, toldDelay } from './walk-situation.js'

/** Adds items, due now or later. */
export function produce({ queue, delays }: Do<'produce'>, { now, newName }: Situation): Plan {
  const items = delays.map((delay) => ({ reference: newName('i'), delay }))
  return {
    told: `produce to ${queue}: ${items.map(({ reference, delay }) => `${reference}${toldDelay(delay)}`).join(', ')}`,
    daemon: ({ client }) =>
      client.queueProduce({
        queueName: queue,
        requestTimeout: '1m',
        items: items.map(({ reference, delay }) => ({
          reference,
          ...(delay === undefined ? {} : { enqueueAt: new Date(now + delay) }),
        })),
      }),
    model: (model) =>
      model.produce(
        queue,
        items.map(({ reference, delay }) => ({
          reference,
          ...(delay === undefined ? {} : { enqueueAt: now + delay }),
        })),
      ),
  }
}

/** Adds items in any state, and reports which of them were stored. */
export function importItems({ queue, partition, items }: Do<'import'>, at: Situation): Plan {
  const number = partition % (at.seen.get(queue)?.partitions.length ?? 1)
  const sources = places(at.seen, ({ queue: name }) => name === 'q')
  const wanted = items.map((item) => importedItem(item, at, sources))
  const references = (stored: readonly boolean[]) =>
    wanted.filter((_, index) => stored[index]).map((one) => one.reference)
  const answerOf = (stored: readonly boolean[]) => ({ answer: `stored ${references(stored).join(', ') || 'nothing'}` })
  return {
    told: `import to ${queue}/${number}: ${items.map((item, index) => toldImport(item, wanted[index], sources)).join(', ')}`,
    daemon: async ({ client }) => {
      const sent = { queueName: queue, partition: number, items: wanted.map(sentItem) }
      // An item that was not stored comes back as sent, without an id.
      return answerOf((await client.storageItemsImport(sent)).items.map(({ id }) => id !== ''))
    },
    model: (model, ids) => {
      const ours = wanted.map((item) => ({ ...item, sourceId: ids.ours(item.sourceId ?? '') }))
      return answerOf(model.importItems(queue, number, ours).map((item) => item !== undefined))
    },
  }
}

function importedItem(item: WalkImport, { now, newName }: Situation, sources: readonly Place[]): Imported {
  const { leased, attempts, leaseIn, expireIn, source } = item
  return {
    reference: newName('i'),
    leased,
    attempts,
    sourceId: typeof source === 'number' ? (pick(sources, source)?.item.id ?? '') : (source ?? ''),
    ...(leaseIn === undefined ? {} : { leaseDeadline: now + leaseIn }),
    ...(expireIn === undefined ? {} : { expireDeadline: now + expireIn }),
  }
}

function sentItem({ reference, leased = false, attempts = 0, sourceId = '', ...deadlines }: Imported) {
  const { leaseDeadline, expireDeadline } = deadlines
  return {
    reference,
    attempts,
    sourceId,
    isLeased: leased,
    ...(leaseDeadline === undefined ? {} : { leaseDeadline: new Date(leaseDeadline) }),
    ...(expireDeadline === undefined ? {} : { expireDeadline: new Date(expireDeadline) }),
  }
}

function toldImport(item: WalkImport, wanted: Imported | undefined, sources: readonly Place[]): string {
  const { leased, attempts, leaseIn = 'never', expireIn = 'never' } = item
  const source = typeof item.source === 'number' ? pick(sources, item.source)?.item.reference : item.source
  const from = source === undefined ? '' : `, from ${source}`
  const state = leased ? `leased until ${leaseIn}` : 'free'
  return `${wanted?.reference} (${state}, expires ${expireIn}, attempts ${attempts}${from})`
}
