/** Everything that is noticed about the callers of a daemon. */
import type { MovableClock } from '../clock/movable-clock.js'
import type { EventRecord } from '../engine/events/record.js'
import { ConsumerNotices } from './consumer-notices.js'
import type { Inspector } from './inspector.js'
import type { Losses } from './lives/losses.js'
import { Notices, type NoticesMode } from './notices.js'
import { RequestTimes } from './request-times.js'

/** The parts of the daemon that are needed. */
interface Surroundings {
  readonly mode: NoticesMode | undefined
  readonly clock: MovableClock
  readonly record: EventRecord
  readonly inspector: Inspector
  readonly losses: Losses
  warn(message: string): void
}

/** Notices what callers do wrong, and keeps it for reports. */
export class CallNotices {
  readonly notices: Notices
  readonly requestTimes: RequestTimes
  readonly consumers: ConsumerNotices

  constructor({ mode = 'warn', clock, record, inspector, losses, warn }: Surroundings) {
    const notices = new Notices({ mode, record, warn })
    this.notices = notices
    this.requestTimes = new RequestTimes({ clock: clock.exact, moved: () => clock.moved, notices })
    this.consumers = new ConsumerNotices({ clock, record, inspector, losses, notices })
  }

  /** Call when a test begins. */
  reset(): void {
    this.notices.reset()
    this.consumers.reset()
  }
}
