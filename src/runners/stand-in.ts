/** Something that is, at every use, what `find` answers then; until it is used, nothing is looked up. */
export function standIn<T extends object>(find: () => T): T {
  return new Proxy({} as T, {
    get(_, key) {
      // Whoever passes it on through a promise asks whether it is one.
      if (key === 'then') return undefined
      const real = find()
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
