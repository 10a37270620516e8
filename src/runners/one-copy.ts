/**
 * One set of fixtures for a test file, also where this package is loaded twice: as CommonJS by a preset and as an ES
 * module by the test, or once more after `jest.resetModules()`.
 */
import { VERSION } from '../index.js'
import { usageError } from '../internal.js'

interface Copy<T> {
  readonly version: string
  readonly where: string
  readonly made: T
}

/** What the first copy made, for every other of the same version. @throws QueratorError for one of another version */
export function oneCopy<T>(entry: string, where: string, make: () => T): T {
  const key = Symbol.for(`querator-test/${entry}`)
  const realm = globalThis as unknown as Record<symbol, Copy<T> | undefined>
  realm[key] ??= { version: VERSION, where, made: make() }
  const first = realm[key]
  if (first.version === VERSION) return first.made
  throw usageError(
    `two versions of querator-test are loaded: ${first.version} from ${first.where}, and ${VERSION} from ${where}; keep one of them: npm ls querator-test shows who depends on which`,
  )
}
