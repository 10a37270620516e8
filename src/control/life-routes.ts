/** The routes that take the daemon down and up again, and those that take its state and give it another. */
import type { Daemon } from '../daemon/daemon.js'
import { badRequest, isQueratorError } from '../errors.js'
import { clockOf } from './clock-routes.js'
import { type Route, route } from './route.js'
import { inWordsOfHttp } from './words.js'

const KEEPS_FIELD = {
  type: 'keeps',
  text: 'What a daemon in memory keeps: items, queues or nothing. Default: what the configured storages would keep. Not for a daemon whose storages last.',
} as const
const KEEPS_OF_RESTART = {
  type: 'keeps',
  text: `${KEEPS_FIELD.text} Not after a crash, which has decided it.`,
} as const

const CRASH = route({
  method: 'POST',
  path: '/test/crash',
  summary: 'Ends the daemon as SIGKILL would: connections break, and nobody gets a reply. Only /test goes on.',
  fields: { keeps: KEEPS_FIELD },
  reply: 'Clock',
  run: async ({ daemon }, { keeps }) => {
    await daemon.crash(keeps)
    return clockOf(daemon)
  },
})

const RESTART = route({
  method: 'POST',
  path: '/test/restart',
  summary: 'Starts the daemon again. If it runs, it is stopped first, and waiting leases get a 453.',
  fields: {
    after: { type: 'duration', text: 'How long it is down by its clock, which moves by that. Default 0.' },
    keeps: KEEPS_OF_RESTART,
  },
  reply: 'Clock',
  run: async ({ daemon }, { after = 0, keeps }) => {
    await daemon.restart({ after, keeps })
    return clockOf(daemon)
  },
})

const DUMP = route({
  method: 'GET',
  path: '/test/dump',
  summary: 'Returns everything that the daemon holds, to begin with it again.',
  fields: {},
  reply: 'Dump',
  run: ({ daemon }) => daemon.dump(),
})

const LOAD = route({
  method: 'POST',
  path: '/test/load',
  summary: 'Puts what a dump holds in place of everything. The clock stays as it is.',
  fields: { dump: { type: 'dump', required: true, text: 'What GET /test/dump returned.' } },
  reply: 'Clock',
  bodyLimit: 256 * 2 ** 20,
  run: async ({ daemon }, { dump }) => {
    daemon.presence.assertUp()
    await daemon.become(readOf(daemon, dump))
    return clockOf(daemon)
  },
})

/** The routes of crashes, restarts and dumps. */
export const LIFE_ROUTES: readonly Route[] = [CRASH, RESTART, DUMP, LOAD]

/** @throws 400 with the field that is wrong */
function readOf(daemon: Daemon, dump: object): ReturnType<Daemon['read']> {
  try {
    return daemon.read(dump, 'POST /test/load: dump')
  } catch (error) {
    if (!isQueratorError(error)) throw error
    throw badRequest(inWordsOfHttp(error.message))
  }
}
