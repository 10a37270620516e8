/** The table of a run: what was measured, what is wanted, and whether it is met. */

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly measured: number
  readonly unit: string
  /** What is wanted; absent where a row only informs. */
  readonly target?: number
  /** Whether the target is a ceiling; default: a floor. */
  readonly ceiling?: boolean
  /** What else a reader wants to know: what it was compared with, percentiles. */
  readonly note?: string
}

/** Rows about the same subject. */
export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** How far a row is from its target: 1 or more is met. Undefined without one. */
export function ratioOf(row: Row): number | undefined {
  if (row.target === undefined) return undefined
  return row.ceiling ? row.target / row.measured : row.measured / row.target
}

/** The table as text. */
export function tableOf(sections: readonly Section[]): string {
  const lines: string[] = []
  for (const { title, rows } of sections) {
    lines.push('', title)
    for (const row of rows) lines.push(lineOf(row))
  }
  return lines.join('\n')
}

/** The table for machines. */
export function jsonOf(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, rows }) =>
    rows.map((row) => {
      const ratio = ratioOf(row)
      return { section: title, ...row, ...(ratio === undefined ? {} : { ratio, met: ratio >= 1 }) }
    }),
  )
  return JSON.stringify(rows, undefined, 2)
}

function lineOf(row: Row): string {
  const ratio = ratioOf(row)
  const measured = `${numberText(row.measured)} ${row.unit}`
  const target = row.target === undefined ? '' : `${row.ceiling ? '≤' : '≥'} ${numberText(row.target)}`
  const verdict = ratio === undefined ? '' : `${ratio.toFixed(2).padStart(6)}  ${ratio >= 1 ? 'met' : 'NOT MET'}`
  return `  ${row.what.padEnd(44)} ${measured.padStart(22)} ${target.padStart(13)} ${verdict.padEnd(16)} ${row.note ?? ''}`.trimEnd()
}

function numberText(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
