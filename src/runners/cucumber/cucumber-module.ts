/** Cucumber, as far as it is used here. */
import { createRequire } from 'node:module'
import { usageError } from '../../internal.js'

/** What Cucumber tells a hook of a scenario. */
export interface HookParameter {
  readonly pickle: { readonly name: string; readonly uri: string }
  /** Only after a scenario. */
  readonly result?: { readonly status: string; readonly message?: string }
  readonly willBeRetried?: boolean
}

/** The World of a scenario. */
export interface World {
  attach(data: Buffer, mediaType: string): unknown
}

/** The module `@cucumber/cucumber`. */
export interface CucumberModule {
  Before(hook: (this: World, parameter: HookParameter) => Promise<void>): void
  After(hook: (this: World, parameter: HookParameter) => Promise<void>): void
  AfterAll(hook: () => Promise<void>): void
}

/** Returns the user's Cucumber. @throws QueratorError if it is not installed */
export function cucumberModule(): CucumberModule {
  let cause: unknown
  // It knows only hooks that are given to the copy that runs, which is the one of the project.
  for (const from of [`${process.cwd()}/`, import.meta.url]) {
    try {
      return createRequire(from)('@cucumber/cucumber') as CucumberModule
    } catch (error) {
      cause = error
    }
  }
  throw usageError('querator-test/cucumber needs Cucumber: npm install --save-dev @cucumber/cucumber', cause)
}
