/** Reads a dump. Every field is checked, so that a daemon never begins with half of one. */
import { inspect } from 'node:util'
import { LAST_TIME } from '../../clock/instant.js'
import type { PartitionStorage } from '../../engine/queue/placement.js'
import { usageError } from '../../errors.js'
import type { DaemonImage } from '../lives/daemon-image.js'
import { DUMP_FORMAT, DUMP_VERSION } from './daemon-dump.js'
import { DumpFields } from './dump-fields.js'
import { readAccess } from './read-access.js'
import { readQueue } from './read-queue.js'

const KNOWN = [
  'format',
  'version',
  'time',
  'frozen',
  'random',
  'queues',
  'namespaces',
  'users',
  'apiKeys',
  'roles',
  'roleBindings',
]

const QUEUE = [
  'name',
  'namespace',
  'leaseTimeout',
  'expireTimeout',
  'maxAttempts',
  'deadQueue',
  'reference',
  'requestedPartitions',
  'createdAt',
  'updatedAt',
  'paused',
  'turns',
  'partitions',
]

/**
 * Returns the state in a dump. `source` is the file, for errors; `storages` are those of the configuration.
 * @throws QueratorError with the field, if it is no dump, or a newer or damaged one
 */
export function readDump(dump: unknown, source: string, storages: readonly PartitionStorage[]): DaemonImage {
  checkFormat(dump, source)
  const fields = new DumpFields(source, '', dump, KNOWN)
  const access = readAccess(fields)
  const namespaces = new Set(access.namespaces.map(({ name }) => name))
  const now = fields.time('time').at
  if (now > LAST_TIME) throw fields.wrong('time', 'it is after the year 9999')
  const known = { names: new Set<string>(), heads: new Set<string>(), namespaces, storages, now }
  return {
    now,
    frozen: fields.flag('frozen'),
    ...(fields.has('random') ? { random: fields.int32('random') } : {}),
    queues: fields.objects('queues', QUEUE, (queue) => readQueue(queue, known)),
    access,
  }
}

function checkFormat(dump: unknown, source: string): void {
  const { format, version, then } = Object(dump) as { format?: unknown; version?: unknown; then?: unknown }
  if (typeof then === 'function') throw usageError(`${source} is a promise; await it: { from: await daemon.dump() }`)
  if (format !== DUMP_FORMAT) {
    throw usageError(
      `${source} is no dump of a daemon: its format is not '${DUMP_FORMAT}'; make one with daemon.dump()`,
    )
  }
  if (version === DUMP_VERSION) return
  const isNewer = typeof version === 'number' && version > DUMP_VERSION
  const what = `${source} is of version ${inspect(version)}, and this package reads version ${DUMP_VERSION}`
  throw usageError(
    isNewer
      ? `${what}; update querator-test, or make the dump again with this version`
      : `${what}; make the dump again with daemon.dump()`,
  )
}
