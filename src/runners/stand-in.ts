/** Values of a test file that are looked up when they are used. */
import { paced } from '../internal.js'

/**
 * Stands for what `find` returns at each use; until then nothing is looked up. Where `find` throws, the methods named in
 * `calls` reject instead: a worker that catches everything would else loop without ever letting the event loop turn.
 */
export function standIn<T extends object>(find: () => T, calls: readonly string[] = []): T {
  return new Proxy({} as T, {
    get(_, key) {
      // Whoever passes it on through a promise asks whether it is one.
      if (key === 'then') return undefined
      let real: T
      try {
        real = find()
      } catch (error) {
        if (!calls.includes(String(key))) throw error
        return () => paced(Promise.reject(error))
      }
      const value: unknown = Reflect.get(real, key, real)
      // What was put there, a spy for example, is left as it is.
      return typeof value === 'function' && !Object.hasOwn(real, key) ? value.bind(real) : value
    },
    set: (_, key, value) => Reflect.set(find(), key, value),
    has: (_, key) => key in find(),
    deleteProperty: (_, key) => Reflect.deleteProperty(find(), key),
    defineProperty: (_, key, descriptor) => Reflect.defineProperty(find(), key, { ...descriptor, configurable: true }),
    ownKeys: () => Reflect.ownKeys(find()),
    getOwnPropertyDescriptor: (_, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(find(), key)
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true }
    },
    getPrototypeOf: () => Object.getPrototypeOf(find()) as object,
  })
}
