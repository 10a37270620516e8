/** The Jest environments that ours are based on. They belong to the user's Jest. */
import { createRequire } from 'node:module'
import { usageError } from '../../internal.js'
import { environmentClassOf } from './environment-options.js'
import type { JestEnvironmentClass } from './with-querator.js'

/** How Jest leads to its own environment, where a package manager hides what a project does not depend on. */
const CHAIN = ['jest', '@jest/core', 'jest-config']

/** Returns the class of an environment package. @throws QueratorError that says what to install */
export function baseEnvironment(name: string): JestEnvironmentClass {
  for (const require of requires()) {
    const path = tryToResolve(require, name)
    // If it is there and fails to load, installing it would not help.
    if (path !== undefined) return environmentClassOf(require(path)) as JestEnvironmentClass
  }
  throw usageError(`this Jest environment needs ${name}: npm install --save-dev ${name}`)
}

/** The places from which an environment may be found: the project, this package, and the packages of Jest. */
function* requires(): Iterable<NodeJS.Require> {
  let project = createRequire(`${process.cwd()}/`)
  yield project
  yield createRequire(import.meta.url)
  for (const link of CHAIN) {
    const path = tryToResolve(project, link)
    if (path === undefined) return
    project = createRequire(path)
    yield project
  }
}

function tryToResolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    return undefined
  }
}
