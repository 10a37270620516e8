/** The calls of a history: their inputs and outputs, and both as short text. */

/** An item as a lease or a list returns it. Times are milliseconds since 1970. */
export interface AnsweredItem {
  readonly reference: string
  readonly id: string
  readonly attempts: number
  /** When its lease expires, or undefined if it is not leased. */
  readonly leasedUntil: number | undefined
  /** Only in lists. */
  readonly created?: number
  /** Only in lists. */
  readonly expires?: number
}

/** How an item is retried. */
export interface GivenBack {
  readonly id: string
  /** Default: at once. */
  readonly retryAt?: number | undefined
  readonly dead?: boolean
}

/** The input of a call. `call` is unique to each call, and `queue` is the name of its queue. */
export type Input = { readonly call: number; readonly queue: string } & (
  | { readonly do: 'produce'; readonly items: readonly { readonly reference: string; readonly enqueueAt: number }[] }
  | { readonly do: 'lease'; readonly clientId: string; readonly batchSize: number; readonly timeout: number }
  | { readonly do: 'complete'; readonly partition: number; readonly ids: readonly string[] }
  | { readonly do: 'retry'; readonly partition: number; readonly items: readonly GivenBack[] }
  | { readonly do: 'clear'; readonly what: 'free' | 'scheduled' | 'all' }
  | { readonly do: 'list' | 'scheduled'; readonly partition: number }
  | { readonly do: 'stats' | 'pause' | 'resume' | 'delete' }
  /** The client of a lease went away. */
  | { readonly do: 'abandon'; readonly lease: number }
  /** The clock is advanced, for all queues at once. */
  | { readonly do: 'advance'; readonly by: number }
)

/** The counts of a queue, by partition. */
export interface Counts {
  readonly partitions: readonly { readonly total: number; readonly leased: number; readonly scheduled: number }[]
  readonly leaseWaiting: number
  readonly produceWaiting: number
  readonly completeWaiting: number
  readonly inFlight: number
}

/** The output of a call. */
export type Output =
  | 'ok'
  | { readonly error: string }
  | { readonly leased: readonly AnsweredItem[]; readonly partition: number }
  | { readonly listed: readonly AnsweredItem[] }
  | { readonly counts: Counts }

/** A call in one line: `produce a b`, `lease w1, at most 2, for 30s`. */
export function inputText(input: Input): string {
  switch (input.do) {
    case 'produce':
      return `produce ${input.items.map((item) => item.reference).join(' ')}`
    case 'lease':
      return `lease #${input.call} by ${input.clientId}, at most ${input.batchSize}, for ${input.timeout}ms`
    case 'complete':
      return `complete ${input.ids.map(shortId).join(' ')} of partition ${input.partition}`
    case 'retry':
      return `retry ${input.items.map(givenBackText).join(' ')} of partition ${input.partition}`
    case 'clear':
      return `clear ${input.what}`
    case 'list':
    case 'scheduled':
      return `${input.do} of partition ${input.partition}`
    case 'abandon':
      return `the client of lease #${input.lease} goes away`
    case 'advance':
      return `advance ${input.by}ms`
    default:
      return input.do
  }
}

/** An output in one line. */
export function outputText(output: Output | undefined): string {
  if (output === undefined) return 'nobody knows'
  if (output === 'ok') return 'ok'
  if ('error' in output) return output.error
  if ('leased' in output) return `partition ${output.partition}: ${itemsText(output.leased)}`
  if ('listed' in output) return itemsText(output.listed)
  const { partitions, leaseWaiting, produceWaiting, completeWaiting } = output.counts
  const each = partitions.map(({ total, leased, scheduled }) => `${total} (${leased} leased) + ${scheduled} scheduled`)
  return `${each.join(', ')}; waiting: ${leaseWaiting} leases, ${produceWaiting} produces, ${completeWaiting} completes`
}

/** Items in one line. */
export function itemsText(items: readonly AnsweredItem[]): string {
  if (items.length === 0) return 'nothing'
  return items.map(({ reference, id, attempts }) => `${reference}=${shortId(id)}×${attempts}`).join(' ')
}

/** The end of an id. Its beginning is a time that all ids share. */
function shortId(id: string): string {
  return id.length > 8 ? `…${id.slice(-6)}` : id
}

function givenBackText({ id, retryAt, dead }: GivenBack): string {
  return `${shortId(id)}${dead ? ' (dead)' : ''}${retryAt === undefined ? '' : ` at ${new Date(retryAt).toISOString()}`}`
}
