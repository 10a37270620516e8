/** Items as bytes, and back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NEVER, ZERO_TIME } from '../../src/clock/instant.js'
import { DeadlineGroup } from '../../src/engine/store/deadline-groups.js'
import { Item } from '../../src/engine/store/item.js'
import { encodeItem, ItemDecoder } from '../../src/journal/item-code.js'

const anyText = fc.oneof(fc.constant(''), fc.string({ unit: 'binary' }), fc.string())
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
const anyInstant = fc.oneof(
  fc.constantFrom(NEVER, ZERO_TIME, 0, -1, 8.64e15),
  fc.integer({ min: -(2 ** 40), max: 2 ** 42 }).map((parts) => parts / 1024),
)
const anyGroup = fc
  .tuple(anyInstant, fc.nat(999_999), anyInstant)
  .map(([at, early, since]) => new DeadlineGroup(at, early, since))

const anyItem = fc
  .record({
    content: fc.record({ reference: anyText, encoding: anyText, kind: anyText, payload: anyBytes }),
    state: fc.constantFrom('leasable' as const, 'leased' as const, 'scheduled' as const),
    life: anyGroup,
    until: fc.tuple(anyInstant, fc.nat(999_999)).map(([at, early]) => new DeadlineGroup(at, early)),
    copiedToDeadQueue: fc.boolean(),
    sourceId: anyText,
    attempts: fc.oneof(fc.integer(), fc.constant(2 ** 31)),
    maxAttempts: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    clientId: fc.option(anyText, { nil: undefined }),
    sequence: fc.nat(),
  })
  .map(({ content, clientId, ...fields }) => {
    const item = Object.assign(new Item(content), fields)
    item.holder = clientId === undefined ? undefined : { clientId, cause: { call: 'queue.lease' } }
    return item
  })

test('every item is the same afterwards, whichever came before it', () => {
  fc.assert(
    fc.property(fc.array(anyItem, { minLength: 1, maxLength: 5 }), (items) => {
      const decoder = new ItemDecoder()
      // Storages may give each value in the same bytes.
      const shared = Buffer.alloc(8192)
      const back = items.map((item) => {
        const bytes = encodeItem(item)
        bytes.copy(shared, 3)
        return decoder.decode(item.sequence, shared.subarray(3, 3 + bytes.length))
      })
      expect(back).toEqual(items)
    }),
  )
})

test('bytes that were cut off or added to are refused', () => {
  const decoder = new ItemDecoder()
  fc.assert(
    fc.property(anyItem, fc.double({ min: 0, max: 1, maxExcluded: true }), (item, share) => {
      const bytes = encodeItem(item)
      const cut = bytes.subarray(0, Math.floor(share * bytes.length))
      expect(() => decoder.decode(0, cut)).toThrow(/too early|unknown state/)
      expect(() => decoder.decode(0, Buffer.concat([bytes, Buffer.of(0)]))).toThrow(/too late/)
    }),
  )
})
