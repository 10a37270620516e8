/** The table of items by sequence number, checked against a plain map. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Item } from '../../src/engine/store/item.js'
import { SequenceTable } from '../../src/engine/store/sequence-table.js'

function itemAt(sequence: number): Item {
  const item = new Item({ reference: String(sequence), encoding: '', kind: '', payload: '' })
  item.sequence = sequence
  return item
}

const number = fc.oneof(fc.nat(600), fc.nat(20_000))

test('pages and look-ups match a map after any additions and removals', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), number), { maxLength: 80 }),
      number,
      fc.nat(20),
      (steps, from, limit) => {
        const table = new SequenceTable()
        const model = new Map<number, Item>()
        for (const [adds, sequence] of steps) {
          if (adds && !model.has(sequence)) {
            const item = itemAt(sequence)
            table.add(item)
            model.set(sequence, item)
          } else if (!adds && model.delete(sequence)) table.remove(sequence)
          expect(table.get(sequence)).toBe(model.get(sequence))
        }
        const sorted = [...model.keys()].sort((a, b) => a - b)
        const numbers = (items: Item[]) => items.map((item) => item.sequence)
        expect(table.size).toBe(model.size)
        expect(numbers(table.page(0, table.size))).toEqual(sorted)
        expect(numbers(table.page(from, limit))).toEqual(sorted.filter((one) => one >= from).slice(0, limit))
        expect(table.firstFrom(from)?.sequence).toBe(sorted.find((one) => one >= from))
        const even = (item: Item) => item.sequence % 2 === 0
        const inRange = sorted.filter((one) => one >= from && one <= from + 300 && one % 2 === 0)
        expect(numbers(table.range(from, from + 300, even))).toEqual(inRange)
      },
    ),
  )
})

test('finds an early item after very many later ones have come and gone', () => {
  const table = new SequenceTable()
  table.add(itemAt(0))
  for (let sequence = 1; sequence < 200_000; sequence++) {
    table.add(itemAt(sequence))
    if (sequence > 10) table.remove(sequence - 10)
  }
  expect(table.size).toBe(11)
  expect(table.page(0, 100).map((item) => item.sequence)).toEqual([
    0,
    ...Array.from({ length: 10 }, (_, n) => 199_990 + n),
  ])
})

test('frees the space of removed items, both from the front and all at once', () => {
  const table = new SequenceTable()
  const segments = (count: number) => count * 256
  for (let sequence = 0; sequence < segments(10); sequence++) table.add(itemAt(sequence))
  expect(table.room).toBe(10)
  for (let sequence = 0; sequence < segments(4); sequence++) table.remove(sequence)
  expect(table.room).toBe(10)
  for (let sequence = segments(4); sequence < segments(5); sequence++) table.remove(sequence)
  expect(table.room).toBe(5)
  for (let sequence = segments(6); sequence < segments(10); sequence++) table.remove(sequence)
  expect(table.room).toBe(5)
  // Removing the front segment also frees the empty ones behind it.
  for (let sequence = segments(5); sequence < segments(6) - 1; sequence++) table.remove(sequence)
  expect(table.room).toBe(5)
  table.remove(segments(6) - 1)
  expect(table.room).toBe(0)
  table.add(itemAt(segments(1000)))
  expect(table.room).toBe(1)
})

test('an item with a number before all others gets space in front, which is freed with it', () => {
  const table = new SequenceTable()
  table.add(itemAt(256 * 8))
  table.add(itemAt(256 * 2 + 7))
  expect(table.room).toBe(7)
  expect(table.firstFrom(0)?.sequence).toBe(256 * 2 + 7)
  expect(table.firstFrom(256 * 2 + 8)?.sequence).toBe(256 * 8)
  table.remove(256 * 2 + 7)
  expect(table.room).toBe(1)
  expect(table.page(0, 10).map((item) => item.sequence)).toEqual([256 * 8])
})

test('an item added to a freed segment moves the front back to it', () => {
  const table = new SequenceTable()
  for (let segment = 0; segment < 10; segment++) table.add(itemAt(segment * 256))
  for (let segment = 0; segment < 3; segment++) table.remove(segment * 256)
  table.add(itemAt(256 + 1))
  expect(table.firstFrom(0)?.sequence).toBe(256 + 1)
  table.remove(256 + 1)
  expect(table.firstFrom(0)?.sequence).toBe(3 * 256)
  expect(table.firstFrom(Number.POSITIVE_INFINITY)).toBeUndefined()
})
