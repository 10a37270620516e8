/** Handwritten stories of tests, for the tests of the report page. */
import type { QueueEvent } from '../../src/diagnosis/event-log.js'
import type { ItemStory } from '../../src/diagnosis/report/item-story.js'
import type { LeaseStory, QueueStory, TestStory } from '../../src/diagnosis/report/test-story.js'
import type { EventKind } from '../../src/engine/events/event-kinds.js'

/** When each story begins. */
export const BEGIN = Date.UTC(2026, 0, 1)

/** An event of an item, this many milliseconds after the beginning. */
export function event(kind: EventKind, after: number, more: Partial<QueueEvent> = {}): QueueEvent {
  return {
    number: 1,
    time: new Date(BEGIN + after),
    kind,
    queue: 'orders',
    queueId: 1,
    call: 'queue.lease',
    callPath: [],
    ...more,
  }
}

/** An item with these events. */
export function item(name: string, events: readonly QueueEvent[], more: Partial<ItemStory> = {}): ItemStory {
  return { item: 1, name, events, ...more }
}

/** An item leased once, from 1 ms to 2 ms, and completed. */
export function usualItem(name: string): ItemStory {
  return item(name, [
    event('produced', 0),
    event('leased', 1, { attempts: 1, clientId: 'worker' }),
    event('completed', 2, { clientId: 'worker' }),
  ])
}

/** Several such items, named `order-0` and so on. */
export function usualItems(count: number): ItemStory[] {
  return Array.from({ length: count }, (_, at) => usualItem(`order-${at}`))
}

/** A lease that waited from one time after the beginning to another. Without the second time it still waits. */
export function waited(clientId: string, from: number, to?: number): LeaseStory {
  const ended = to === undefined ? undefined : BEGIN + to
  const outcome = to === undefined ? undefined : 'lease-served'
  return { clientId, since: BEGIN + from, ended, outcome, callPath: [] }
}

/** A test with one queue that has these items and leases. */
export function story(items: readonly ItemStory[], more: Partial<QueueStory> & { title?: string; end?: number } = {}) {
  const { title = 'works off orders', end = 1000, ...ofQueue } = more
  const queue = { name: 'orders', state: undefined, items, leases: [], advice: [], faults: [], ...ofQueue }
  return {
    title,
    begin: BEGIN,
    end: BEGIN + end,
    queues: [queue],
    refusals: [],
    notices: [],
    timesAway: [],
    hints: [],
    before: '',
    lost: 0,
  } satisfies TestStory
}

/**
 * An order whose handler produced a mail, another order, and an item whose lane is not drawn. The handler of the mail produced nothing.
 * `names` are those of the order and of the mail.
 */
export function cascade(names: readonly [string, string] = ['order-1', 'mail-1']): TestStory {
  const [order, mail] = names
  const producedBy = { item: 1, reference: order, queue: 'orders', attempts: 1 }
  const by = (number: number, reference: string, queue: string) =>
    event('produced', 1000, { number, item: number - 1, reference, queue, producedBy, call: 'queue.produce' })
  const produced = [by(3, mail, 'mails'), by(4, 'order-2', 'orders'), by(5, 'hidden', 'orders')]
  const [ofMail, ofOrder] = produced as [QueueEvent, QueueEvent]
  const orders = [
    item(
      order,
      [
        event('produced', 0, { item: 1, reference: order }),
        event('leased', 1000, { number: 2, item: 1, attempts: 1, clientId: 'shipper' }),
        event('completed', 1000, { number: 6, item: 1, clientId: 'shipper' }),
      ],
      { produced },
    ),
    item('order-2', [ofOrder], { item: 3 }),
  ]
  const told = story(orders)
  const mails = { ...(told.queues[0] as QueueStory), name: 'mails', items: [item(mail, [ofMail], { item: 2 })] }
  return { ...told, queues: [...told.queues, mails] }
}
