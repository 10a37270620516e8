/** What users pass to our Jest environments. */
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { nearestOf, usageError } from '../../internal.js'

/** The key of our options among those of the environment. */
const KEY = 'querator'
/** Options that are easily put beside the key instead of below it. Other environments have none of these names. */
const OURS = ['clock', 'leaks', 'callSites']

/** Returns the options for the daemon of a file. @throws QueratorError for options that would be ignored, or are wrong */
export function queratorOptionsIn(options: Readonly<Record<string, unknown>> = {}): FixtureOptions {
  for (const key of Object.keys(options)) {
    if (isMisspelt(key)) throw misplaced(key, `{ "${KEY}": … }`)
    // Beside the key, they belong to another environment.
    if (OURS.includes(key) && !(KEY in options)) throw misplaced(key, `{ "${KEY}": { "${key}": … } }`)
  }
  const own = options[KEY] ?? {}
  splitOptions(own as FixtureOptions, `testEnvironmentOptions.${KEY}`)
  return own as FixtureOptions
}

/** Whether this was meant to be our key. Words such as `iterator` and `operator` are near, too. */
function isMisspelt(key: string): boolean {
  return key !== KEY && /^q/i.test(key) && nearestOf(key, [KEY]) !== undefined
}

function misplaced(key: string, right: string): Error {
  return usageError(`testEnvironmentOptions has no '${key}' for querator-test; write ${right}`)
}

/** Returns the class of an environment, also from its package. @throws QueratorError if it is neither */
export function environmentClassOf(environment: unknown): new () => object {
  const { TestEnvironment, default: byDefault } = Object(environment) as Record<string, unknown>
  for (const one of [environment, TestEnvironment, byDefault])
    if (typeof one === 'function') return one as new () => object
  throw usageError(
    "withQuerator takes the class of a Jest environment, or its package: withQuerator(require('jest-environment-node'))",
  )
}
