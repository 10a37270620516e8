/** The keys of the configuration file (docs/protocol/admin.md §13.1). */
import { AUTH_BACKENDS } from '../../access/access.js'
import { LOG_HANDLERS, LOG_LEVELS } from '../log.js'
import { duration, flag, integer, list, map, text } from './key-kinds.js'

/** The storage drivers. The server knows only the first two. */
export const STORAGE_DRIVERS = ['memory', 'badger', 'postgres'] as const

const storageConfig = map('How the driver is configured.', {
  'storage-dir': text('The folder of badger.'),
  sync: flag('badger: whether each batch survives a power loss, and not only the end of the process. Only here.'),
  'connection-string': text('The database of postgres, as a URL. Only here: the server refuses postgres.'),
  'max-conns': integer('Read, and without effect: postgres has one connection here.'),
  schema: text('The schema of postgres. Only here.'),
})

const declaredPartition = map(
  'A partition.',
  {
    partition: integer('Its number: from 0 on, in order.'),
    'read-only': flag('Read, and without effect, as on the server.'),
    'storage-name': text('The name of the partition storage that holds it.'),
  },
  ['partition', 'storage-name'],
)

const declaredQueue = map(
  'A queue that is there from the start.',
  {
    name: text('The name of the queue.'),
    'lease-timeout': duration('How long a consumer may hold an item.'),
    'expire-timeout': duration('How long an item lives.'),
    'dead-queue': text('The dead letter queue, by name.'),
    'max-attempts': integer('How often an item may be leased before it is dead; 0: without limit.'),
    reference: text("The queue's own reference, free for use."),
    'requested-partitions': integer('How many partitions the queue gets, by the shares of the storages.'),
    partitions: list('The partitions one by one, instead of by shares.', declaredPartition),
  },
  ['name', 'lease-timeout', 'expire-timeout', 'requested-partitions'],
)

const partitionStorage = map(
  'A place for partitions.',
  {
    name: text('What `storage-name` of a partition refers to.'),
    driver: text('What kind of storage it is.', { values: STORAGE_DRIVERS, anyCase: true }),
    affinity: integer('Its share of the partitions, in proportion to the other shares; 0: none.'),
    config: storageConfig,
  },
  ['driver'],
)

/** Every key of the configuration file, with its kind, default and description. */
export const CONFIG = map('The configuration of a Querator daemon.', {
  address: text('Where the daemon listens: host and port.', { default: 'localhost:2319' }),
  logging: map('What the daemon tells its operator.', {
    handler: text('How lines look.', { values: LOG_HANDLERS, default: 'color' }),
    level: text('The least important level that is written.', { values: LOG_LEVELS, default: 'info' }),
  }),
  'partition-storage': list('Where partitions go, in this order, by the share of each affinity.', partitionStorage),
  'queue-storage': map('Where the queues themselves are kept.', {
    name: text('Read, and without effect, as on the server.'),
    driver: text('What kind of storage it is.', { values: STORAGE_DRIVERS, anyCase: true, default: 'memory' }),
    config: storageConfig,
  }),
  'auth-backend': map('Who may do what.', {
    driver: text('`internal` checks API keys and permissions, `none` lets everybody do everything.', {
      values: AUTH_BACKENDS,
      anyCase: true,
      default: 'none',
    }),
  }),
  queues: list('Queues that are there from the start.', declaredQueue),
})
