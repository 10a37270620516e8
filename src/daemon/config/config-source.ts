/** The places of values in a configuration file. */
import type { Path } from './read-tree.js'

/** Where the values of a tree are in their file, and how they are written. */
export interface ConfigSource {
  readonly file: string
  /** The line of a value, or of a key: from 1 on. */
  lineOf(path: Path): number | undefined
  /** A value as it is written, without quotes. */
  literal(path: Path): string | undefined
}
