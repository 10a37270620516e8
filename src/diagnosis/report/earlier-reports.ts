/** What earlier reports of a test file said. */
import { withoutIds } from '../event-log.js'

/** The stories that this test file has reported already. If one bug fails six tests, it is explained once and named five times. */
export class EarlierReports {
  /** The shapes of lines, each with the test in whose report it stood first. */
  readonly #shapes = new Map<string, string>()

  /** The test whose report said all of this before; undefined when something is new. Remembers the lines either way. */
  same(title: string, lines: readonly string[], names: readonly string[]): string | undefined {
    const shapes = new Set(lines.map((line) => shapeOf(line, names)))
    const before = [...shapes].map((shape) => this.#shapes.get(shape))
    for (const shape of shapes) if (!this.#shapes.has(shape)) this.#shapes.set(shape, title)
    const [first] = before
    // What an earlier try of the same test told, its runner may not have printed.
    if (first === undefined || before.some((one) => one === undefined || one === title)) return undefined
    return first
  }
}

/** A line without what differs between tests that fail for one reason: names, numbers, times, and who called what called it. */
function shapeOf(line: string, names: readonly string[]): string {
  let shape = line.replace(/ < [^)]*\)/g, ')')
  for (const name of names) shape = shape.replaceAll(name, 'NAME')
  return withoutIds(shape, 'ID')
    .replace(/\+[\d.hmsµn]+/g, '+T')
    .replace(/\d+/g, 'N')
    .replace(/(\.test\.[cm]?[jt]sx?):N/g, '$1')
    .replace(/ +/g, ' ')
}
