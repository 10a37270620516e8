/** The routes that read and move the clock. */
import type { Daemon } from '../daemon/daemon.js'
import { openWithoutFixtures } from '../diagnosis/stillness.js'
import { usageError } from '../errors.js'
import { advanceUntil } from '../harness/consumers/advance-until.js'
import type { AwaitedMoment } from '../harness/consumers/goal.js'
import { RunningHandlers } from '../harness/consumers/running-handlers.js'
import { CLIENT_GONE, type WireRequest, whenGone } from '../protocol/exchange.js'
import { given } from './fields.js'
import { assertHappened, assertKept, assertKnownQueue } from './kept-events.js'
import { type ControlledDaemon, type Route, route } from './route.js'

/** How long `advance-until` takes at most unless it is told, in milliseconds of real time. Consumers may poll. */
const USUAL_PATIENCE = 10_000

const READ = route({
  method: 'GET',
  path: '/test/clock',
  summary: 'Returns the time, and whether the clock stands still.',
  fields: {},
  reply: 'Clock',
  run: ({ daemon }) => clockOf(daemon),
})

const FREEZE = route({
  method: 'POST',
  path: '/test/clock/freeze',
  summary: 'Stops the clock. Does nothing if it stands still already.',
  fields: {},
  reply: 'Clock',
  run: ({ daemon }) => {
    daemon.clock.freeze()
    return clockOf(daemon)
  },
})

const RESUME = route({
  method: 'POST',
  path: '/test/clock/resume',
  summary: 'Lets the clock run again from where it stands. Does nothing if it runs already.',
  fields: {},
  reply: 'Clock',
  run: ({ daemon }) => {
    daemon.clock.resume()
    return clockOf(daemon)
  },
})

const ADVANCE = route({
  method: 'POST',
  path: '/test/clock/advance',
  summary: 'Moves the clock forward. Replies when waiting clients have their replies.',
  fields: { by: { type: 'duration', required: true, text: 'How far: milliseconds, or a duration such as 61s.' } },
  reply: 'Moved',
  run: async ({ daemon }, { by }) => {
    const { clock, record, keeping } = daemon
    // Other moves may follow before the replies have arrived.
    const moved = await clock.move(by, (fire) => {
      const fired = record.collect(fire)
      return { ...clockOf(daemon), fired }
    })
    await keeping?.written()
    return moved
  },
})

const ADVANCE_UNTIL = route({
  method: 'POST',
  path: '/test/clock/advance-until',
  summary: 'Moves the clock from deadline to deadline until an event happens, or has happened since the last reset.',
  fields: {
    event: { type: 'event', required: true, text: 'The kind of event.' },
    queue: {
      type: 'text',
      text: 'The name of a queue that exists or existed since the last reset. Default: any queue.',
    },
    reference: { type: 'text', text: 'The reference of the item. Default: any.' },
    clientId: { type: 'text', text: 'The consumer. Default: any.' },
    attempts: { type: 'count', text: 'How often the item had been leased. Default: any number.' },
    times: { type: 'ordinal', text: 'Which of the matching events to wait for. Default 1: the first.' },
    since: {
      type: 'count',
      text: 'Ignores the event with this number and earlier ones. Default: those before the last reset.',
    },
    limit: { type: 'duration', text: 'How far to move at most. Default 24h.' },
    within: { type: 'duration', text: "How long it may take by the machine's clock. Default 10s." },
    settle: {
      type: 'duration',
      text: "How long nothing must happen before the clock moves on, by the machine's clock. Default 250ms.",
    },
  },
  reply: 'Moved',
  run: async (on, { since, limit, within, settle, ...pattern }, request) => {
    assertKept(on.daemon)
    assertHappened(on, 'POST /test/clock/advance-until', since)
    if (pattern.queue !== undefined) assertKnownQueue(on, pattern.queue)
    const sinceThen = since === undefined ? {} : { since: { number: since } as AwaitedMoment['since'] }
    const moment = { ...given(pattern), ...sinceThen } as AwaitedMoment
    const options = given({ limit, within, settle })
    const fired = await untilGone(request, on, (place) => advanceUntil(place, moment, options))
    await on.daemon.keeping?.written()
    return { ...clockOf(on.daemon), fired }
  },
})

/** The routes of the clock. */
export const CLOCK_ROUTES: readonly Route[] = [READ, FREEZE, RESUME, ADVANCE, ADVANCE_UNTIL]

/** Returns the reply of routes that tell the time. */
export function clockOf({ clock }: Daemon) {
  const now = clock.now()
  return { now, time: new Date(now).toISOString(), frozen: clock.frozen }
}

/** What a place says of the tests that run: the daemon knows none. */
const OF_NO_TEST = {
  handlers: new RunningHandlers(),
  isOver: () => false,
  isUnclear: false,
  leave: (end: Promise<unknown>) => void end.catch(() => undefined),
}

/** Runs a move that ends early when its client is gone, or the daemon is reset: what it waits for would be that of another test. */
async function untilGone<T>(
  request: WireRequest,
  on: ControlledDaemon,
  move: (place: Parameters<typeof advanceUntil>[0]) => Promise<T>,
): Promise<T> {
  let isGone = false
  const forget = whenGone(request, () => {
    isGone = true
  })
  const { daemon, first, resets } = on
  const failure = () => {
    if (isGone) return CLIENT_GONE
    return on.resets === resets ? undefined : usageError('the daemon was reset while advance-until was waiting')
  }
  const test = { patience: USUAL_PATIENCE, first, usual: undefined, open: openWithoutFixtures(), queues: undefined }
  try {
    return await move({ ...OF_NO_TEST, daemon, test, failure })
  } finally {
    forget()
  }
}
