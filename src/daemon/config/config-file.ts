/** Reading a configuration file: only the first document counts, as on the server (contract: admin.md §13). */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { messageOf, usageError } from '../../errors.js'
import type { ConfigTree } from './config.js'

/** Loaded with the first file: most tests have none, and it would be half of the time that the package takes to load. */
function yaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml') as typeof Yaml
}

/** The tree of a YAML file. @throws QueratorError that names the file, and the line where its YAML is at fault */
export function readConfigFile(path: string): ConfigTree {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw usageError(`while opening config file: ${messageOf(error)}`, error)
  }
  const documents = yaml().parseAllDocuments(text)
  const document = Array.isArray(documents) ? documents[0] : undefined
  if (document === undefined) throw usageError(`while reading config file: EOF; ${path} is empty`)
  const problem = document.errors[0]
  if (problem !== undefined) {
    throw usageError(`while reading config file: ${problem.message.split('\n')[0]} in ${path}`, problem)
  }
  const tree: unknown = document.toJS()
  if (tree === null) throw usageError(`while reading config file: EOF; ${path} is empty`)
  return tree as ConfigTree
}
