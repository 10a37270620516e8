/** What a daemon is started with. */
import type { AuthBackend } from '../access/access.js'
import type { MovableClock } from '../clock/movable-clock.js'
import type { ConditionSpec } from './conditions/condition-spec.js'
import type { DaemonConfig } from './config/config.js'
import type { MakeStorages } from './lasting/keeping.js'
import type { DaemonImage } from './lives/daemon-image.js'
import type { UsualKeeps } from './lives/keeps.js'
import type { SiteOf } from './lives/losses.js'
import type { Log } from './log.js'
import type { NoticesMode } from './notices.js'

/** The values of {@link StorageMode}. */
export const STORAGE_MODES = ['configured', 'memory'] as const

/** Whether the storages of the configuration are used (`configured`), or all of them are in memory (`memory`). */
export type StorageMode = (typeof STORAGE_MODES)[number]

/** The options of a daemon. */
export interface DaemonOptions {
  readonly clock: MovableClock
  /** Default: the configuration of an empty file. */
  readonly config?: DaemonConfig
  /** Whether the storages of the configuration are used, or all of them are in memory. Default `'configured'`. */
  readonly storage?: StorageMode
  /** Whether storages are only read: they must be there, and nothing is written to them. Default: no. */
  readonly onlyReads?: boolean
  /** Makes the storages. Default: as configured. */
  readonly makeStorages?: MakeStorages
  /** Default: writes nothing. */
  readonly log?: Log
  /** Whether keys and permissions are checked. Default: as configured. */
  readonly auth?: AuthBackend
  /** How many events are kept. Default 0. */
  readonly events?: number
  /** Whether open door mode is intended, and logged as information rather than a warning. Default false. */
  readonly opensDoor?: boolean
  /** The same seed gives the same ids and keys. Default: different ones each time. */
  readonly seed?: number | string
  /** What a daemon in memory keeps when it crashes or restarts. Default: what a server with the storages of the configuration has. */
  readonly keeps?: UsualKeeps
  /** What it begins with, beside the queues of the configuration that are not among it. In memory only. Default: nothing. */
  readonly from?: DaemonImage | undefined
  /** What goes wrong now and then. Default: nothing. */
  readonly conditions?: readonly ConditionSpec[]
  /** What becomes of what is noticed about callers. Default `'warn'`. */
  readonly notices?: NoticesMode
  /** How the place of a call reads in messages. Default: it is left out. */
  readonly siteOf?: SiteOf
  /** How much memory items and requests may take, in bytes. Default: half of what the process may use. */
  readonly memoryLimit?: number
}
