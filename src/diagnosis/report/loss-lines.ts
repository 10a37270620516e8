/** What crashes and restarts took from a test, in sentences. */
import type { Daemon } from '../../daemon/daemon.js'
import type { QueueEvent } from '../queue-event.js'

/** The most queues that are told of. */
const MOST_TOLD = 5

interface Loss {
  readonly name: string
  readonly how: string
  items: number
  isWhole: boolean
}

/** Returns one sentence for each queue and crash: `3 items of 'orders' were lost in the crash (orders.test.ts:12)`. */
export function lossLines(daemon: Daemon, events: readonly QueueEvent[]): string[] {
  const losses = new Map<string, Loss>()
  for (const { kind, queue, queueId, number } of events) {
    if (kind !== 'item-lost' && kind !== 'queue-lost') continue
    const how = daemon.losses.howText(number)
    const key = JSON.stringify([queueId, how])
    const loss = losses.get(key) ?? { name: queue, how, items: 0, isWhole: false }
    losses.set(key, loss)
    if (kind === 'item-lost') loss.items++
    else loss.isWhole = true
  }
  const lines = [...losses.values()].map((loss) => lossLine(loss, daemon.keeping === undefined))
  const left = lines.length - MOST_TOLD
  return left > 0 ? [...lines.slice(0, MOST_TOLD), `${left} other queues lost something`] : lines
}

function lossLine({ name, how, items, isWhole }: Loss, isInMemory: boolean): string {
  const kept = isInMemory ? ': the daemon kept nothing' : ''
  const some = items === 1 ? '1 item' : `${items} items`
  if (!isWhole) return `${some} of '${name}' ${items === 1 ? 'was' : 'were'} lost in the ${how}`
  const what = items === 0 ? `the queue '${name}' was` : `${some} and the queue '${name}' were`
  return `${what} lost in the ${how}${kept}`
}
