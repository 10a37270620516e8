/**
 * Limits on the size and depth of a configuration file. A wrong or malicious file stops the start at once, with an error that says
 * what to do. Values that aliases repeat count each time.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type * as Yaml from 'yaml'
import { messageOf, type QueratorError, usageError } from '../../errors.js'

/** The largest file in bytes. Enough for ten thousand queues. */
const LARGEST = 1_000_000
/** The deepest nesting. Querator's own keys have at most five levels. */
const DEEPEST = 100
/** The most aliases. The library compares each with all others. */
const MOST_ALIASES = 20_000
/** The most keys, values and lists. Those that aliases repeat count each time. */
const MOST_VALUES = 1_000_000

/** Returns the text of a file. @throws QueratorError if it cannot be read or is too large */
export function textOf(file: string): string {
  const bytes = Buffer.alloc(LARGEST + 1)
  let length = 0
  try {
    // The size from the file system would not do: a pipe has none.
    const descriptor = openSync(file, 'r')
    try {
      for (let count = -1; count !== 0; length += count) {
        count = readSync(descriptor, bytes, length, bytes.length - length, null)
      }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw usageError(`while opening config file: ${messageOf(error)}`, error)
  }
  if (length <= LARGEST) return bytes.toString('utf8', 0, length)
  throw refused('more than 1 MB; is it the right file? Create that many queues with queues.create', file)
}

/** @throws QueratorError if the text nests too deep */
export function checkDepth(text: string, { Lexer, Parser }: typeof Yaml, file: string): void {
  const parser = new Parser()
  for (const part of new Lexer().lex(text)) {
    for (const _ of parser.next(part)) {
      // Only the stack of open nodes matters.
    }
    if (parser.stack.length <= DEEPEST) continue
    const line = text.slice(0, parser.offset).split('\n').length
    throw refused(
      `more than ${DEEPEST} levels at line ${line}; write it flatter: keys of Querator stand on five at most`,
      file,
    )
  }
}

/** @throws QueratorError if aliases repeat too many values, or a map has a key twice */
export function checkValues(root: unknown, yaml: typeof Yaml, lines: Yaml.LineCounter, file: string): void {
  new Count(yaml, lines, file).of(root)
}

/** Counts the values of a document. */
class Count {
  readonly #yaml: typeof Yaml
  readonly #lines: Yaml.LineCounter
  readonly #file: string
  /** The number of values of each anchor. */
  readonly #sizes = new Map<string, number>()
  /** The anchors whose values are being counted. */
  readonly #open = new Set<string>()
  #aliases = 0

  constructor(yaml: typeof Yaml, lines: Yaml.LineCounter, file: string) {
    this.#yaml = yaml
    this.#lines = lines
    this.#file = file
  }

  /** Returns the number of values of a node. */
  of(node: unknown): number {
    const { isAlias, isMap, isNode, isPair, isSeq } = this.#yaml
    if (isPair(node)) return this.of(node.key) + this.of(node.value)
    if (isAlias(node)) return this.#ofAlias(node.source)
    if (isMap(node)) this.#checkKeys(node)
    const anchor = isNode(node) && 'anchor' in node ? node.anchor : undefined
    if (anchor !== undefined) this.#open.add(anchor)
    let size = 1
    if (isMap(node) || isSeq(node)) for (const item of node.items) size += this.of(item)
    if (size > MOST_VALUES) {
      throw refused(`more than ${MOST_VALUES} values with all that aliases repeat; use fewer of them`, this.#file)
    }
    if (anchor === undefined) return size
    this.#open.delete(anchor)
    this.#sizes.set(anchor, size)
    return size
  }

  #ofAlias(anchor: string): number {
    if (this.#open.has(anchor)) throw refused(`yaml: anchor '${anchor}' value contains itself`, this.#file)
    if (++this.#aliases <= MOST_ALIASES) return this.#sizes.get(anchor) ?? 1
    throw refused(`more than ${MOST_ALIASES} aliases; write some of them out`, this.#file)
  }

  /** Checks for duplicate keys. The library compares each key with all before it, which takes minutes for a large map. */
  #checkKeys({ items }: Yaml.YAMLMap): void {
    const keys = new Set<unknown>()
    for (const { key } of items) {
      if (!this.#yaml.isScalar(key)) continue
      if (keys.has(key.value)) {
        const { line, col } = this.#lines.linePos(key.range?.[0] ?? 0)
        throw refused(`Map keys must be unique at line ${line}, column ${col}`, this.#file)
      }
      keys.add(key.value)
    }
  }
}

function refused(what: string, file: string): QueratorError {
  return usageError(`while reading config file: ${what} in ${file}`)
}
