/** What is known of lost queues, without reading the whole record each time. */
import { expect, test, vi } from 'vitest'
import { Losses } from '../../src/daemon/lives/losses.js'
import { KIND } from '../../src/engine/events/event-kinds.js'
import { EventRecord } from '../../src/engine/events/record.js'

const WHOLE = { queue: '', queueId: 0 }

function noted(record: EventRecord, kind: number, queue = '', queueId = 1): void {
  record.during({ call: 'crash' }, () => record.queue(kind, 0, queue === '' ? WHOLE : { queue, queueId }))
}

test('a lost queue is told until there is another one of its name, and after that is deleted too', () => {
  const record = new EventRecord(1000)
  const losses = new Losses(record, () => '')
  noted(record, KIND['queue-created'], 'q')
  expect(losses.queueText('q')).toBeUndefined()
  noted(record, KIND['daemon-crashed'])
  noted(record, KIND['queue-lost'], 'q')
  expect(losses.queueText('q')).toContain("the queue 'q' was lost in the crash: the daemon kept nothing")
  noted(record, KIND['queue-created'], 'q', 2)
  expect(losses.queueText('q')).toBeUndefined()
  noted(record, KIND['queue-lost'], 'q', 2)
  expect(losses.queueText('q')).toContain('was lost')
  // As after a queue was put back, which makes no event.
  noted(record, KIND['queue-deleted'], 'q', 1)
  expect(losses.queueText('q')).toBeUndefined()
})

test('a loss and an end that the record no longer has are not told', () => {
  const record = new EventRecord(3)
  const losses = new Losses(record, () => ' (here)')
  noted(record, KIND['daemon-stopped'])
  for (const name of ['a', 'b', 'c']) noted(record, KIND['queue-lost'], name)
  expect([losses.endSite, losses.endBetween(0, 9)]).toEqual(['', undefined])
  noted(record, KIND['queue-lost'], 'd')
  expect(['a', 'b', 'c', 'd'].map((name) => losses.queueText(name) !== undefined)).toEqual([false, true, true, true])
  noted(record, KIND['daemon-crashed'])
  expect([losses.endSite, losses.endBetween(5, 9), losses.endBetween(6, 9)]).toEqual([
    ' (here)',
    'crash (here)',
    undefined,
  ])
  noted(record, KIND['daemon-stopped'])
  expect([losses.endBetween(5, 7), losses.endBetween(5, 6)]).toEqual(['crash (here)', undefined])
})

test('to ask for a queue that was never there reads no event, however many there are', () => {
  const record = new EventRecord(10_000)
  const losses = new Losses(record, () => '')
  noted(record, KIND['daemon-crashed'])
  noted(record, KIND['queue-lost'], 'lost')
  for (let n = 0; n < 5000; n++) noted(record, KIND['queue-paused'], 'other')
  const at = vi.spyOn(record, 'at')
  expect(losses.queueText('never')).toBeUndefined()
  expect(at).not.toHaveBeenCalled()
  expect(losses.queueText('lost')).toContain('was lost')
  expect(losses.endSite).toBe('')
  expect(at.mock.calls.length).toBeLessThan(5)
})
