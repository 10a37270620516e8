/** What users pass to our Jest environments. */
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { nearestOf, usageError } from '../../internal.js'

/** The key of our options among those of the environment. */
const KEY = 'querator'
/** Options of ours that no other environment has. They were put beside the key instead of below it. */
const OURS = ['clock', 'leaks', 'seed', 'callSites', 'limits']

/** Returns the options for the daemon of a file. @throws QueratorError for options that would be ignored, or are wrong */
export function queratorOptionsIn(options: Readonly<Record<string, unknown>> = {}): FixtureOptions {
  for (const key of Object.keys(options)) {
    if (key === KEY || !(OURS.includes(key) || nearestOf(key, [KEY]))) continue
    const right = OURS.includes(key) ? `{ "${KEY}": { "${key}": … } }` : `{ "${KEY}": … }`
    throw usageError(`testEnvironmentOptions has no '${key}' for querator-test; write ${right}`)
  }
  const own = options[KEY] ?? {}
  splitOptions(own as FixtureOptions, `testEnvironmentOptions.${KEY}`)
  return own as FixtureOptions
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
