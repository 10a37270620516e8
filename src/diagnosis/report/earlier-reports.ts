/** The earlier reports of a test file. */
import { withoutIds } from '../queue-event.js'

/** How many lines of a report are compared. A long one would take a time that grows with its square. */
const MOST_COMPARED = 100

/** Remembers what this test file has reported. If one bug fails six tests, it is explained once and named five times. */
export class EarlierReports {
  /** The shapes of the lines of each report, with the first test that reported them. */
  readonly #first = new Map<string, string>()

  /** Returns the test whose report said the same before. Undefined if none did. Remembers the lines either way. */
  same(title: string, lines: readonly string[], names: readonly string[]): string | undefined {
    const shapes = new Set(lines.slice(0, MOST_COMPARED).map((line) => shapeOf(line, names)))
    const all = [...shapes].sort().join('\n')
    const first = this.#first.get(all)
    if (first === undefined) this.#first.set(all, title)
    // The runner may not have printed the report of an earlier try of the same test.
    return first === title ? undefined : first
  }
}

/** A line without what differs between tests that fail for one reason: names, numbers, times, and outer callers. */
function shapeOf(line: string, names: readonly string[]): string {
  let shape = line.replace(/ < [^)]*\)/g, ')')
  for (const name of names) shape = shape.replaceAll(name, 'NAME')
  return withoutIds(shape, 'ID')
    .replace(/\+[\d.hmsµn]+/g, '+T')
    .replace(/\d+/g, 'N')
    .replace(/(\.test\.[cm]?[jt]sx?):N/g, '$1')
    .replace(/ +/g, ' ')
}
