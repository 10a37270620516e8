/** The memory limit of a daemon: as configured, or a share of what the process may use. */
import { bytesText, MemoryBudget } from '../engine/store/memory-budget.js'
import { usageError } from '../errors.js'
import type { Log } from './log.js'

/** The daemon's share. The rest is for the process itself: tests, their runner, and the work on a request. */
const SHARE = 0.5
/** The part of V8's heap for young objects, where items do not stay. */
const YOUNG = 48 * 2 ** 20

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

/** Returns half of what the process may use, in bytes: of its heap, or of its container if that is less. */
function usualMemoryLimit(): number {
  const { heap_size_limit } = process.getBuiltinModule('node:v8').getHeapStatistics()
  const heap = Math.max(heap_size_limit - YOUNG, YOUNG)
  // If nothing limits the process, this is 0 or more than any machine has.
  const container = process.constrainedMemory?.() ?? 0
  return Math.floor(Math.min(heap, container > 0 ? container : heap) * SHARE)
}

/** Returns a limit in bytes, from a number of bytes or a size such as `256MB`. @throws what `fault` makes, if it is invalid */
export function memoryLimitOf(given: number | string, fault: (message: string) => Error = usageError): number {
  const [, amount = '', unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([kKMG]B|[KMG]iB|B)?$/.exec(String(given)) ?? []
  const bytes = Math.floor(Number(amount) * (UNITS[unit] as number))
  if (amount !== '' && bytes > 0 && Number.isSafeInteger(bytes)) return bytes
  throw fault(`the memory limit is a number of bytes or a size such as '256MB' or '1GiB'; got ${String(given)}`)
}

/** Returns a budget that logs one warning when most of it is in use. Without a limit it has the usual one. */
export function memoryBudget(limit: number | undefined, log: Log): MemoryBudget {
  const budget = new MemoryBudget(limit ?? usualMemoryLimit, () => {
    const text = `most of the memory limit of ${bytesText(budget.limit)} is in use; beyond it, produce and import are refused`
    log.write('warn', text)
  })
  return budget
}
