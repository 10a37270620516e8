/** A daemon of another realm, whose errors and results belong to this one. */
import type { Daemon } from '../../daemon/daemon.js'
import type { Fired } from '../../engine/events/fired.js'
import { isQueratorError, QueratorError } from '../../errors.js'

/** The parts of a daemon that have methods of their own. */
const PARTS = new Set<PropertyKey>(['clock', 'exact', 'record', 'inspector', 'faults', 'conditions', 'presence'])

/**
 * Wraps a daemon of another realm. Its errors are `instanceof Error` here, and what `clock.advance` returns is made of objects and dates
 * of this realm. Everything else that the harness passes on is text, bytes, or made by the harness itself.
 */
export function localDaemon(daemon: Daemon): Daemon {
  return local(daemon)
}

/** An error of a daemon, as an error of this realm. Any other error is returned as it is. */
export function localError(error: unknown): unknown {
  if (!isQueratorError(error) || isOfThisRealm(error)) return error
  const { code, message, codeText, details, cause, stack } = error
  const options = cause === undefined ? {} : { cause: localError(cause) }
  return Object.assign(new QueratorError(code, message, { codeText, details: { ...details }, ...options }), { stack })
}

function isOfThisRealm(error: object): boolean {
  return error instanceof Error
}

function local<T extends object>(target: T): T {
  const known = new Map<PropertyKey, unknown>()
  return new Proxy(target, {
    get(_, key) {
      if (known.has(key)) return known.get(key)
      const value: unknown = Reflect.get(target, key, target)
      const isMethod = typeof value === 'function'
      if (!isMethod && !PARTS.has(key)) return value
      const wrapped = isMethod ? localMethod(target, key, value) : local(value as object)
      known.set(key, wrapped)
      return wrapped
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  })
}

// biome-ignore lint/complexity/noBannedTypes: any method of a daemon
function localMethod(target: object, key: PropertyKey, method: Function): (...args: unknown[]) => unknown {
  return (...args) => {
    try {
      const result: unknown = Reflect.apply(method, target, args)
      if (key === 'fork') return local(result as Daemon)
      if (key === 'collect') return Array.from(result as readonly Fired[], localFired)
      return isPromise(result) ? localPromise(result) : result
    } catch (error) {
      throw localError(error)
    }
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}

async function localPromise(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    throw localError(error)
  }
}

function localFired(fired: Fired): Fired {
  return { ...fired, time: new Date(fired.time.getTime()) }
}
