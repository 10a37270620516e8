/** The Jest environments that ours are based on. They belong to the user's Jest. */
import { createRequire } from 'node:module'
import { usageError } from '../../internal.js'
import { environmentClassOf } from './environment-options.js'
import type { JestEnvironmentClass } from './with-querator.js'

/** How Jest leads to its own environment, where a package manager hides what a project does not depend on. */
const CHAIN = ['jest', '@jest/core', 'jest-config']

/** Returns the class of an environment package. @throws QueratorError that says what to install */
export function baseEnvironment(name: string): JestEnvironmentClass {
  const own = createRequire(import.meta.url)
  let project = createRequire(`${process.cwd()}/`)
  const problems: unknown[] = []
  for (const link of [undefined, ...CHAIN]) {
    try {
      if (link !== undefined) project = createRequire(project.resolve(link))
    } catch (problem) {
      problems.push(problem)
      break
    }
    for (const require of link === undefined ? [project, own] : [project]) {
      try {
        return environmentClassOf(require(name)) as JestEnvironmentClass
      } catch (problem) {
        // It is there, and fails to load: installing it would not help.
        if (!isMissing(problem, name)) throw problem
        problems.push(problem)
      }
    }
  }
  throw usageError(`this Jest environment needs ${name}: npm install --save-dev ${name}`, problems[0])
}

function isMissing(problem: unknown, name: string): boolean {
  const { code, message } = Object(problem) as { code?: unknown; message?: unknown }
  return code === 'MODULE_NOT_FOUND' && String(message).includes(`'${name}'`)
}
