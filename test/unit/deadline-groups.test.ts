/** Groups of neighbouring items with the same deadline, checked against a plain list of all members. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DeadlineGroup, DeadlineGroups, type DeadlineGroup as Group } from '../../src/engine/store/deadline-groups.js'

interface Member {
  readonly sequence: number
  readonly at: number
  group: Group
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('join' as const), at: fc.nat(5), batch: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take' as const), now: fc.nat(5) }) },
)

test('the next deadline and the due groups match those of the members', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const groups = new DeadlineGroups()
      let members: Member[] = []
      let sequence = 0
      for (const one of steps) {
        if (one.do === 'join') {
          const wanted = new DeadlineGroup(one.at, 0)
          for (let count = 0; count < one.batch; count++) {
            members.push({ sequence, at: one.at, group: groups.join(sequence, wanted) })
            sequence++
          }
        } else if (one.do === 'leave' && members.length > 0) {
          const [gone] = members.splice(one.which % members.length, 1)
          if (gone !== undefined) groups.leave(gone.group)
        } else if (one.do === 'take') {
          const taken = groups.takeDue(one.now)
          const due = members.filter(({ at }) => at <= one.now)
          // Groups come in order of deadline, and each member is within the range of its group.
          expect(taken.map(({ at }) => at)).toEqual(taken.map(({ at }) => at).sort((a, b) => a - b))
          expect(new Set(due.map(({ group }) => group))).toEqual(new Set(taken))
          for (const { sequence: number, group } of due)
            expect(number >= group.first && number <= group.last).toBe(true)
          members = members.filter(({ at }) => at > one.now)
        }
        expect(groups.next()).toBe(Math.min(...members.map(({ at }) => at)))
      }
    }),
  )
})

test('finds the earliest of many deadlines, mostly in order, whichever are removed', () => {
  const deadlines = fc.array(
    fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(400) }),
    {
      minLength: 300,
      maxLength: 400,
    },
  )
  fc.assert(
    fc.property(deadlines, fc.infiniteStream(fc.nat()), (given, chosen) => {
      const groups = new DeadlineGroups()
      const left = given.map((at, number) => groups.join(number, new DeadlineGroup(at ?? number, 0)))
      while (left.length > 20) {
        // Remove most of them from the front, as completing items does.
        const which = chosen.next().value as number
        const [gone] = left.splice(which % 3 === 0 ? which % left.length : which % 5, 1)
        groups.leave(gone as Group)
        expect(groups.next()).toBe(Math.min(...left.map(({ at }) => at)))
      }
      // Two neighbours may have the same deadline and share a group.
      const inOrder = [...new Set(left)].sort((a, b) => a.at - b.at || a.first - b.first)
      expect(groups.takeDue(1000)).toEqual(inOrder)
      expect(groups.next()).toBe(Number.POSITIVE_INFINITY)
    }),
    { numRuns: 50 },
  )
})

test('a batch becomes one group', () => {
  const groups = new DeadlineGroups()
  const joined = new Set(Array.from({ length: 1000 }, (_, number) => groups.join(number, new DeadlineGroup(7, 0))))
  expect([...joined]).toMatchObject([{ first: 0, last: 999, count: 1000 }])
})

test('a group that was taken is not used again', () => {
  const groups = new DeadlineGroups()
  const first = groups.join(0, new DeadlineGroup(1, 0))
  groups.takeDue(1)
  const second = groups.join(1, first)
  expect(second).not.toBe(first)
  expect(second.at).toBe(1)
})

test('leaves a group of another partition alone', () => {
  const [here, elsewhere] = [new DeadlineGroups(), new DeadlineGroups()]
  const group = elsewhere.join(0, new DeadlineGroup(5, 0))
  expect(here.keeps(group)).toBe(false)
  here.leave(group)
  expect([here.next(), elsewhere.next()]).toEqual([Number.POSITIVE_INFINITY, 5])
  expect(here.join(0, group)).not.toBe(group)
  elsewhere.leave(group)
  expect([here.next(), elsewhere.next()]).toEqual([5, Number.POSITIVE_INFINITY])
})

test('neighbours whose deadlines differ by nanoseconds, or that started at different times, get separate groups', () => {
  const groups = new DeadlineGroups()
  const first = groups.join(0, new DeadlineGroup(5, 0, 1))
  expect(groups.join(1, new DeadlineGroup(5, 1, 1))).not.toBe(first)
  expect(groups.join(2, new DeadlineGroup(5, 1, 2))).toMatchObject({ first: 2, last: 2, count: 1 })
  expect(groups.join(3, new DeadlineGroup(5, 1, 2))).toMatchObject({ first: 2, last: 3, count: 2 })
  // Not a neighbour.
  expect(groups.join(5, new DeadlineGroup(5, 1, 2))).toMatchObject({ first: 5, last: 5, count: 1 })
})

test('frees space at the head of the line, and where most of it is empty', () => {
  const groups = new DeadlineGroups()
  const joined = Array.from({ length: 200 }, (_, number) => groups.join(number, new DeadlineGroup(number, 0)))
  for (const group of joined.slice(0, 99)) groups.leave(group)
  expect(groups.room).toBe(200)
  groups.leave(joined[99] as Group)
  expect([groups.room, groups.next()]).toEqual([100, 100])
  // Behind the head it takes 64 of 100, not 63: less than half of the line is too little.
  for (const group of joined.slice(110, 173)) groups.leave(group)
  expect(groups.room).toBe(100)
  groups.leave(joined[173] as Group)
  expect([groups.room, groups.next()]).toEqual([36, 100])
  expect(groups.takeDue(1000).map(({ at }) => at)).toEqual(
    [...joined.slice(100, 110), ...joined.slice(174)].map(({ at }) => at),
  )
})

test('tidies a long line only once half of it is empty', () => {
  const groups = new DeadlineGroups()
  const joined = Array.from({ length: 400 }, (_, number) => groups.join(number, new DeadlineGroup(number, 0)))
  for (const group of joined.slice(1, 200)) groups.leave(group)
  expect(groups.room).toBe(400)
  groups.leave(joined[200] as Group)
  expect(groups.room).toBe(200)
})

test('equal deadlines are due in the order of their items, even if the later item joined first', () => {
  const groups = new DeadlineGroups()
  for (const sequence of [9, 5, 7, 1, 3]) groups.join(sequence, new DeadlineGroup(10, 0))
  expect(groups.takeDue(10).map(({ first }) => first)).toEqual([1, 3, 5, 7, 9])
})
