/** A daemon of another realm, as Jest's tests have one. */
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Daemon } from '../../src/daemon/daemon.js'
import { QueratorError } from '../../src/errors.js'
import { localDaemon } from '../../src/harness/realm/local-daemon.js'

/** Throws an error of another realm. */
function fail(): never {
  const foreign = runInNewContext('new Error("the daemon has crashed")')
  const brand = { [Symbol.for('querator-test.error')]: true }
  throw Object.assign(foreign, brand, { code: 0, codeText: '', details: {} })
}

test.each([
  'clock',
  'record',
  'inspector',
  'faults',
  'conditions',
  'presence',
])('errors of the part %s are of the realm of the test', (part) => {
  const wrapped = localDaemon({ [part]: { fail } } as unknown as Daemon) as unknown as Record<string, { fail(): void }>
  let thrown: unknown
  try {
    wrapped[part]?.fail()
  } catch (error) {
    thrown = error
  }
  expect(Object.getPrototypeOf(thrown)).toBe(QueratorError.prototype)
  expect((thrown as Error).message).toBe('the daemon has crashed')
})
