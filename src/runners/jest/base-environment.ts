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
        problems.push(problem)
      }
    }
  }
  throw usageError(`this Jest environment needs ${name}: npm install --save-dev ${name}`, problems[0])
}
