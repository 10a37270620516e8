/** The result table: what was measured, the targets, and whether they are met. */

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly measured: number
  readonly unit: string
  /** The target, if there is one. */
  readonly target?: number
  /** Whether the target is a maximum. Default: a minimum. */
  readonly ceiling?: boolean
  /** More information, such as a comparison or percentiles. */
  readonly note?: string
}

/** Rows on the same subject. */
export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** The ratio of a row to its target. 1 or more means met. Undefined without a target. */
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

/** The table as JSON. */
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
