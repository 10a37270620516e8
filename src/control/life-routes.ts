/** The routes that take the daemon down and up again. */
import { clockOf } from './clock-routes.js'
import { type Route, route } from './route.js'

const KEEPS_FIELD = {
  type: 'keeps',
  text: 'What a daemon in memory keeps: items, queues or nothing. Default: what the configured storages would keep. Not for a daemon whose storages last.',
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
    keeps: KEEPS_FIELD,
  },
  reply: 'Clock',
  run: async ({ daemon }, { after = 0, keeps }) => {
    await daemon.restart({ after, keeps })
    return clockOf(daemon)
  },
})

/** The routes of crashes and restarts. */
export const LIFE_ROUTES: readonly Route[] = [CRASH, RESTART]
