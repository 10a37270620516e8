/** What the record remembers apart from its events. */
import { expect, test } from 'vitest'
import { KIND } from '../../src/engine/events/event-kinds.js'
import { Landmarks } from '../../src/engine/events/landmarks.js'
import { EventRecord } from '../../src/engine/events/record.js'

test('losses of queues are forgotten with their events', () => {
  const landmarks = new Landmarks()
  const lose = (queue: string, number: number, first: number) => {
    landmarks.note(KIND['queue-lost'], { queue, queueId: number }, number, first)
  }
  lose('a', 1, 1)
  lose('b', 2, 1)
  lose('c', 3, 1)
  lose('a', 4, 1)
  expect(['a', 'b', 'c', 'd'].map((queue) => landmarks.lossOf(queue))).toEqual([4, 2, 3, 0])
  lose('d', 10, 3)
  expect(['a', 'b', 'c', 'd'].map((queue) => landmarks.lossOf(queue))).toEqual([4, 0, 3, 10])
  lose('e', 20, 11)
  expect(['a', 'c', 'd', 'e'].map((queue) => landmarks.lossOf(queue))).toEqual([0, 0, 0, 20])
})

test('the last end and the last start of the daemon are known, and the kinds of events that are kept', () => {
  const record = new EventRecord(2)
  const whole = { queue: '', queueId: 0 }
  expect(record.landmarks).toMatchObject({ lastEnd: 0, lastTurn: 0 })
  record.queue(KIND['queue-created'], 1, { queue: 'a', queueId: 1 })
  record.queue(KIND['daemon-crashed'], 1, whole)
  expect(record.landmarks).toMatchObject({ lastEnd: 2, lastTurn: 2 })
  record.queue(KIND['daemon-restarted'], 1, whole)
  expect(record.landmarks).toMatchObject({ lastEnd: 2, lastTurn: 3 })
  expect([record.kindAt(2), record.kindAt(3)]).toEqual(['daemon-crashed', 'daemon-restarted'])
})
