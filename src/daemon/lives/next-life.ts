/** How a daemon begins with what it still has. */
import type { Cause } from '../../engine/events/event-kinds.js'
import type { KeepsQueues } from '../../engine/queue/queues-image.js'
import { usageError } from '../../errors.js'
import type { Kept } from '../../journal/load.js'
import { createMissingQueues } from '../config/declared-queues.js'
import type { Keeping } from '../lasting/keeping.js'
import type { Log } from '../log.js'
import type { ResetParts } from '../start-over.js'
import { carryOver } from './carry-over.js'
import type { DaemonImage } from './daemon-image.js'

/** What goes on in the next life. */
export type LastState = Pick<DaemonImage, 'queues' | 'access'>

/** The parts of a daemon that go on. */
interface Parts extends ResetParts {
  readonly log: Log
  readonly keeping: Keeping | undefined
}

export const NO_ACCESS = { namespaces: [], users: [], apiKeys: [], roles: [], bindings: [] }

/** Goes on with what a daemon in memory has kept. */
export function goOnInMemory(parts: Parts, { queues: images, access: records }: LastState): void {
  const { clock, queues, access } = parts
  queues.start()
  access.restore(records, clock.exact.now(), false)
  queues.restore(images, false)
  declare(parts)
}

/** Goes on with what storages have. `before` is what the daemon had in its last life, and `ended` is what ended that. */
export function goOn(parts: Parts, kept: Kept, before: DaemonImage['queues'], ended: Cause): void {
  const { clock, queues, access, record, keeping } = parts
  const now = clock.exact.now()
  queues.start()
  if (kept.access !== undefined) access.restore(kept.access, now, true)
  // A new storage gets what the daemon began with.
  else access.restore(keeping?.specs.queues === undefined ? NO_ACCESS : access.image(), now, false)
  const left: KeepsQueues['takeLeft'] = (...place) => keeping?.keeper.takeLeft(...place)
  record.during(ended, () => carryOver(before, { queues: kept.queues, left }, record, now))
  queues.restore(kept.queues, true)
  for (const name of kept.missing) {
    const text = `the storage of '${name}' has none of its partitions, or not all; they begin empty. Was its folder emptied or replaced?`
    parts.log.write('warn', text)
  }
  if (keeping?.onlyReads) tellUnknown(parts, kept)
  else declare(parts)
}

/** @throws QueratorError if there are items, and it is not known of which queues */
function tellUnknown({ log }: Parts, { unknown, queues }: Kept): void {
  if (unknown.size === 0) return
  const names = [...unknown].sort().join("', '")
  const what = `there are items of queues that no queue-storage knows: '${names}'`
  if (queues.length === 0) throw usageError(`${what}; start the server, create these queues, and ask the server`)
  log.write('warn', `${what}; they are left out`)
}

/** Creates the queues of the configuration that are not there. */
function declare({ clock, queues, config }: Parts): void {
  createMissingQueues(queues, config.queues, clock.exact.now())
}
