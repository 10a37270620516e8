/** Matchers about when items come due, and about items that only the record knows. */
import { describe, expect, test, vi } from 'vitest'
import { assertQueue } from '../../src/fixtures/assert-queue.js'
import { startTestDaemon, type TestDaemon } from '../../src/index.js'

const START = Date.parse('2026-01-01T00:00:00Z')
const HOUR = 3_600_000

function frozen(options: object = {}): Promise<TestDaemon> {
  return startTestDaemon({ clock: { start: new Date(START) }, log: 'silent', ...options })
}

/** The lines of the message of a claim that does not hold, or of a wrong call. */
async function failure(claim: Promise<unknown>): Promise<string[]> {
  return claim.then(
    () => ['it holds'],
    (error: Error) => error.message.split('\n'),
  )
}

describe('toHaveScheduled', () => {
  test('in and at are exact on a frozen clock, count from now, and combine with other fields', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue({ partitions: 3 })
    for (const [reference, ahead] of [
      ['a', HOUR],
      ['b', 2 * HOUR],
      ['c', 3 * HOUR],
    ] as const) {
      await queue.produce({ reference, enqueueAt: new Date(START + ahead), json: { reference } })
    }
    const claims = assertQueue(queue)
    await claims.toHaveScheduled([{ reference: 'a', in: '1h' }, { in: 2 * HOUR, json: { reference: 'b' } }, 'c'])
    await claims.not.toHaveScheduled([{ in: HOUR - 1 }, 'b', 'c'])
    await claims.not.toHaveScheduled([{ in: HOUR + 1 }, 'b', 'c'])
    await daemon.clock.advance('30m')
    await claims.not.toHaveScheduled([{ in: '1h' }, 'b', 'c'])
    await claims.toHaveScheduled([
      { in: '30m', at: new Date(START + HOUR) },
      { at: '2026-01-01T02:00:00Z' },
      { at: '2026-01-01T04:00:00.000+01:00', reference: 'c' },
    ])
    await claims.not.toHaveScheduled(['a', 'b', { at: new Date(START + 3 * HOUR + 1) }])
    await claims.toHaveScheduled([{ in: expect.any(Number) }, { at: expect.any(Date) }, expect.anything()])
    await claims.not.toHaveScheduled([{ in: expect.any(String) }, 'b', 'c'])
  })

  test('delta is how far it may be, to either side', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue()
    await queue.produce({ enqueueAt: new Date(START + HOUR) })
    const claims = assertQueue(queue)
    for (const given of ['59m50s', '1h10s']) {
      await claims.toHaveScheduled([{ in: given, delta: '10s' }])
      await claims.not.toHaveScheduled([{ in: given, delta: 9999 }])
    }
    for (const given of [HOUR - 10, HOUR + 10]) {
      await claims.toHaveScheduled([{ at: new Date(START + given), delta: 10 }])
      await claims.not.toHaveScheduled([{ at: new Date(START + given), delta: 9 }])
    }
  })

  test('on a running clock, up to a second less may be left, and nothing more', async () => {
    await using daemon = await startTestDaemon({ log: 'silent' })
    const queue = await daemon.createQueue()
    const now = daemon.clock.now()
    await queue.produce({ reference: 'a', enqueueAt: new Date(now + HOUR) })
    await assertQueue(queue).toHaveScheduled([{ in: '1h', delta: '1m' }])
    await assertQueue(queue).not.toHaveScheduled([{ in: '59m' }])
    await assertQueue(queue).not.toHaveScheduled([{ in: '1h1m' }])
    await assertQueue(queue).toHaveScheduled([{ at: new Date(now + HOUR) }])
    await assertQueue(queue).not.toHaveScheduled([{ at: new Date(now + HOUR + 1) }])
    const [, , , line] = await failure(assertQueue(queue).toHaveScheduled([{ in: '2h' }]))
    expect(line).toMatch(/← due in (1h0m0s|59m5\d\S*s), expected in 2h0m0s, or up to 1s less$/)
  })

  test('counts by the clock of the runner', async () => {
    vi.useFakeTimers({ now: START })
    try {
      await using daemon = await startTestDaemon({ clock: 'runner', log: 'silent' })
      const queue = await daemon.createQueue()
      await queue.produce({ enqueueAt: new Date(Date.now() + HOUR) })
      await assertQueue(queue).toHaveScheduled([{ in: '1h', delta: 0 }])
      vi.advanceTimersByTime(HOUR / 2)
      await assertQueue(queue).toHaveScheduled([{ in: '30m', delta: 0 }])
      await assertQueue(queue).not.toHaveScheduled([{ in: '1h' }])
    } finally {
      vi.useRealTimers()
    }
  })

  test('a failure says when the item is due', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue({ name: 'orders' })
    await queue.produce({ reference: 'a', enqueueAt: new Date(START + HOUR) })
    const at = (date: number) => new Date(START + date)
    for (const [expected, text] of [
      [{ in: '30m' }, 'due in 1h0m0s, expected in 30m0s'],
      [{ in: '30m', delta: '10s' }, 'due in 1h0m0s, expected in 30m0s ± 10s'],
      [{ at: at(0) }, 'due at 2026-01-01T01:00:00.000Z, expected at 2026-01-01T00:00:00.000Z'],
      [{ at: at(0), delta: 5 }, 'due at 2026-01-01T01:00:00.000Z, expected at 2026-01-01T00:00:00.000Z ± 5ms'],
      [{ in: 0, at: at(HOUR) }, 'due in 1h0m0s, expected in 0s'],
      [{ reference: 'b', in: 0 }, "expected { reference: 'b', in: 0 }; due in 1h0m0s, expected in 0s"],
      [{ reference: 'b', in: '1h' }, "expected { reference: 'b', in: '1h' }"],
      [{ in: expect.any(String) }, 'due in 1h0m0s, expected Any<String>'],
      [{ at: expect.any(String) }, 'due at 2026-01-01T01:00:00.000Z, expected Any<String>'],
    ] as const) {
      const [title, , , line] = await failure(assertQueue(queue).toHaveScheduled([expected]))
      expect(title).toBe("expected 'orders' to have scheduled")
      expect(line?.split(' ← ')[1]).toBe(text)
    }
  })

  test('refuses wrong times', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue()
    for (const [wrong, message] of [
      [
        { in: '1 hour' },
        "toHaveScheduled: in takes milliseconds or a duration such as '61s' or '1h30m', not negative; got '1 hour'",
      ],
      [{ in: -1 }, 'toHaveScheduled: in takes milliseconds or a duration'],
      [{ in: null }, 'toHaveScheduled: in takes milliseconds or a duration'],
      [{ in: 1, delta: '-1s' }, 'toHaveScheduled: delta takes milliseconds or a duration'],
      [{ delta: 1 }, 'toHaveScheduled: delta belongs to in or at; give one of them'],
      [{ at: 5 }, "toHaveScheduled: at takes a Date or a time with its zone, such as '2026-01-31T09:00:00Z'; got 5"],
      [{ at: '2026-01-31T09:00:00' }, 'toHaveScheduled: at takes a Date or a time with its zone'],
      [{ at: '2026-13-31T09:00:00Z' }, 'toHaveScheduled: at takes a Date or a time with its zone'],
      [{ at: new Date(Number.NaN) }, 'toHaveScheduled: at takes a Date or a time with its zone'],
    ] as const) {
      await expect(assertQueue(queue).toHaveScheduled([wrong as never])).rejects.toThrow(message)
      await expect(assertQueue(queue).not.toHaveScheduled([wrong as never])).rejects.toThrow(message)
    }
    await expect(assertQueue(queue).toHaveItems([{ in: 1 } as never])).rejects.toThrow("items have no field 'in'")
  })

  test('works without events, and not on a server elsewhere', async () => {
    await using daemon = await frozen({ events: 0 })
    const queue = await daemon.createQueue({ name: 'q' })
    await queue.produce({ reference: 'a', enqueueAt: new Date(START + HOUR) })
    await assertQueue(queue).toHaveScheduled([{ in: '1h' }])
    await using attached = await startTestDaemon({ endpoint: await daemon.listen() })
    const far = assertQueue(attached.queue('q'))
    await far.toHaveScheduled(['a'])
    for (const claims of [far, far.not]) {
      await expect(claims.toHaveScheduled([{ in: '1h' }])).rejects.toThrow(
        /^toHaveScheduled with in or at works only on a daemon inside the test process/,
      )
      await expect(claims.toHaveProduced(1)).rejects.toThrow(/^events works only on a daemon inside the test process/)
    }
  })
})

describe('toHaveProduced on a queue', () => {
  test('knows what was ever produced, whatever became of it, and counts in from then', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue({ partitions: 2, maxAttempts: 1, deadQueue: true })
    await queue.produce({ reference: 'done', kind: 'order', json: { id: 1 } })
    await queue.produce({ reference: 'dead', bytes: new Uint8Array([255]) })
    await (await queue.lease()).complete()
    await queue.lease()
    await queue.produce({ reference: 'later', enqueueAt: new Date(START + HOUR) })
    await daemon.clock.advance('10m')
    const claims = assertQueue(queue)
    await claims.toHaveProduced(3)
    await claims.toHaveProduced([
      { reference: 'done', kind: 'order', encoding: '', json: { id: 1 }, attempts: 0 },
      { bytes: new Uint8Array([255]) },
      { in: '1h', at: new Date(START + HOUR) },
    ])
    await claims.not.toHaveProduced(['done', 'dead', { in: '50m' }])
    await claims.not.toHaveProduced(['done', 'dead', { reference: 'later', kind: 'x' }])
    await assertQueue(queue.deadQueue).toHaveProduced([])
    await claims.toHaveDeadLettered([{ bytes: new Uint8Array([255]) }])
    await claims.toHaveCompleted([expect.objectContaining({ kind: 'order', json: { id: 1 } })])
    const message = await failure(claims.toHaveProduced(['done', { in: '1h' }, 'later']))
    expect(message.slice(0, 6)).toEqual([
      `expected '${queue.name}' to have produced`,
      '',
      '   reference  state     attempts  payload',
      '   done       produced  0         {"id":1}',
      '✗  dead       produced  0         <1 bytes>  ← not scheduled, expected in 1h0m0s',
      '   later      produced  0',
    ])
  })

  test('compares whole payloads of items that exist, and refuses to guess those of items that are gone', async () => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue({ name: 'q' })
    const json = { large: 'x'.repeat(2000) }
    await queue.produce({ reference: 'a', kind: 'k', json })
    const claims = assertQueue(queue)
    await claims.toHaveProduced([{ json }])
    await claims.not.toHaveProduced([{ json: { large: 'x'.repeat(1999) } }])
    const other = await daemon.createQueue()
    await other.produce({ json, enqueueAt: new Date(START + HOUR) })
    await assertQueue(other).toHaveProduced([{ json }])
    await (await queue.lease()).complete()
    await claims.toHaveProduced([{ reference: 'a', kind: 'k' }])
    await claims.not.toHaveProduced([{ reference: 'b', json }])
    for (const claim of [claims.toHaveProduced([{ json }]), claims.not.toHaveProduced([{ json }])]) {
      await expect(claim).rejects.toThrow(
        "the json of 'a' is not known: the item is gone, and the record has 1000 of its 2012 bytes; look at what daemon.recording() returns",
      )
    }
    const whole = claims.not.toHaveCompleted([expect.objectContaining({ text: 'x' })])
    await expect(whole).rejects.toThrow("the text of 'a' is not known")
  })

  test.each([
    'toHaveProduced',
    'toHaveCompleted',
    'toHaveDeadLettered',
  ] as const)('%s refuses to count if the record has lost the beginning of the queue, or there is no such queue', async (matcher) => {
    await using few = await frozen({ events: 3 })
    const queue = await few.createQueue({ name: 'q' })
    await assertQueue(queue)[matcher](0)
    await queue.produce({}, {}, {})
    await using none = await frozen({ events: 0 })
    await none.createQueue({ name: 'q' })
    for (const [daemon, most] of [
      [few, 3],
      [none, 0],
    ] as const) {
      await expect(assertQueue(daemon.queue('q')).not[matcher](7)).rejects.toThrow(
        `${matcher} reads the events since 'q' was created, and this daemon keeps the latest ${most}; raise the option events`,
      )
      await expect(assertQueue(daemon.queue('nope'))[matcher](0)).rejects.toThrow(
        "there is no queue named 'nope'; there are: q",
      )
    }
  })

  test('a queue that was made again, or is gone', async () => {
    await using daemon = await frozen()
    const first = await daemon.createQueue({ name: 'q' })
    await first.produce({ reference: 'a' })
    await first.delete()
    await assertQueue(first).toHaveProduced(['a'])
    const second = await daemon.createQueue({ name: 'q' })
    await assertQueue(second).toHaveProduced(0)
  })
})
