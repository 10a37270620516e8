/** Reading a configuration file: only the first document counts, as on the server (docs/protocol/admin.md §13). */
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { messageOf, usageError } from '../../errors.js'
import type { ConfigTree } from './config.js'
import { checkDepth, checkValues, textOf } from './config-limits.js'
import type { ConfigSource } from './config-source.js'
import type { Path } from './read-tree.js'

/** A file that was read. */
export interface ConfigFile {
  readonly tree: ConfigTree
  readonly source: ConfigSource
}

/** Loaded with the first file: most tests have none, and it would be half of the time that the package takes to load. */
function yaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml') as typeof Yaml
}

/** Reads a YAML file. @throws QueratorError that names the file, and the line where its YAML is at fault */
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

/** @throws QueratorError where aliases refer to nothing */
function toTree(document: Yaml.Document, file: string): unknown {
  try {
    // How much they repeat is bounded already; the library would refuse a file of a hundred queues that share their timeouts.
    return document.toJS({ maxAliasCount: -1 })
  } catch (error) {
    throw usageError(`while reading config file: ${messageOf(error)} in ${file}`, error)
  }
}

function sourceOf(file: string, document: Yaml.Document, lines: Yaml.LineCounter): ConfigSource {
  const { isMap, isScalar } = yaml()
  const nodeAt = (path: Path) => document.getIn(path, true) as { range?: Yaml.Range | null } | undefined
  /** The key where there is one: a value may begin on a line of its own. */
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
