/** The positions of values in a configuration file. */
import type { Path } from './read-tree.js'

/** Finds the values of a tree in their file. */
export interface ConfigSource {
  readonly file: string
  /** Returns the line of a value or a key, counted from 1. */
  lineOf(path: Path): number | undefined
  /** Returns a value as it is written, without quotes. */
  literal(path: Path): string | undefined
}
