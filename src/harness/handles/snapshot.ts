/** Items and leases as text that is the same in every run, without ids and times. */
import { payloadText } from '../../diagnosis/queue-snapshot.js'
import { visible } from '../../visible.js'
import { Payload } from './payload.js'

/** A lease from any copy of this package. */
interface LeaseLike {
  readonly items: readonly ItemLike[]
  readonly clientId: string
}

interface ItemLike {
  readonly reference: string
  readonly attempts: number
}

/**
 * Writes items and leases into snapshots, without ids and times, which change from run to run. Pass it to
 * `expect.addSnapshotSerializer()`. `querator-test/vitest` and `querator-test/jest` do that for you.
 */
export const snapshotSerializer = {
  /** Returns whether `value` is an item or a lease. */
  test: (value: unknown): boolean => isItem(value) || isLease(value),
  /** Returns the text of an item or a lease. */
  serialize(value: unknown): string {
    if (!isLease(value)) return lineOf(value as Payload & ItemLike)
    const items = value.items.map((item) => `  ${lineOf(item as unknown as Payload & ItemLike)}`)
    return [visible(`lease of ${value.clientId}`), ...items].join('\n')
  },
}

function isItem(value: unknown): value is Payload & ItemLike {
  return Payload.is(value) && 'reference' in value
}

function isLease(value: unknown): value is LeaseLike {
  const { items, clientId } = Object(value) as { items?: unknown; clientId?: unknown }
  return Array.isArray(items) && typeof clientId === 'string' && items.length > 0 && items.every(isItem)
}

function lineOf(item: Payload & ItemLike): string {
  const payload = payloadText(item.bytes)
  const attempt = item.attempts === 0 ? '' : `, attempt ${item.attempts}`
  return visible(`item ${item.reference || '(no reference)'}${attempt}${payload === '' ? '' : ` ${payload}`}`)
}
