/** Something that is, at every use, what `find` answers then; until it is used, nothing is looked up. */
export function standIn<T extends object>(find: () => T): T {
  return new Proxy({} as T, {
    get(_, key) {
      // Whoever passes it on through a promise asks whether it is one.
      if (key === 'then') return undefined
      const real = find()
      const value: unknown = Reflect.get(real, key, real)
      return typeof value === 'function' ? value.bind(real) : value
    },
    has: (_, key) => key in find(),
    getPrototypeOf: () => Object.getPrototypeOf(find()) as object,
  })
}
