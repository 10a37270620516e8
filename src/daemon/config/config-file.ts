/** Reads a configuration file. Only the first document counts, as on the server (docs/protocol/admin.md §13). */
import type * as Yaml from 'yaml'
import { messageOf, usageError } from '../../errors.js'
import type { ConfigTree } from './config.js'
import { checkDepth, checkValues, textOf } from './config-limits.js'
import type { ConfigSource } from './config-source.js'
import type { Path } from './read-tree.js'

/** A configuration file after reading. */
export interface ConfigFile {
  readonly tree: ConfigTree
  readonly source: ConfigSource
}

/** Loads the YAML library with the first file. Most tests have none, and the library would double the time to load the package. */
function yaml(): typeof Yaml {
  return process.getBuiltinModule('node:module').createRequire(import.meta.url)('yaml') as typeof Yaml
}

/** Reads a YAML file. @throws QueratorError with the file, and the line of an error in the YAML */
export function readConfigFile(file: string): ConfigFile {
  const { LineCounter, parseDocument } = yaml()
  const lineCounter = new LineCounter()
  const text = textOf(file)
  checkDepth(text, yaml(), file)
  const document = parseDocument(text, { lineCounter, merge: true, uniqueKeys: false })
  const problem = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS')
  if (problem !== undefined) {
    throw usageError(
      `while reading config file: ${problem.message.split('\n')[0]?.replace(/:$/, '')} in ${file}`,
      problem,
    )
  }
  checkValues(document.contents, yaml(), lineCounter, file)
  const tree = toTree(document, file)
  if (tree === null) throw usageError(`while reading config file: EOF; ${file} is empty`)
  return { tree: tree as ConfigTree, source: sourceOf(file, document, lineCounter) }
}

/** @throws QueratorError if an alias has no anchor */
function toTree(document: Yaml.Document, file: string): unknown {
  try {
    // checkValues has already limited aliases. The library's limit is too low for a hundred queues that share their timeouts.
    return document.toJS({ maxAliasCount: -1 })
  } catch (error) {
    throw usageError(`while reading config file: ${messageOf(error)} in ${file}`, error)
  }
}

function sourceOf(file: string, document: Yaml.Document, lines: Yaml.LineCounter): ConfigSource {
  const { isMap, isScalar } = yaml()
  const nodeAt = (path: Path) => document.getIn(path, true) as { range?: Yaml.Range | null } | undefined
  /** Returns the key of a value, if it has one. The value may begin on a later line than its key. */
  const keyAt = (path: Path) => {
    const parent = document.getIn(path.slice(0, -1), true)
    if (!isMap(parent)) return undefined
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    return pair?.key as { range?: Yaml.Range | null } | undefined
  }
  return {
    file,
    lineOf: (path) => {
      const range = (keyAt(path) ?? nodeAt(path))?.range
      return range ? lines.linePos(range[0]).line : undefined
    },
    literal: (path) => {
      const node = nodeAt(path)
      return isScalar(node) ? node.source : undefined
    },
  }
}
