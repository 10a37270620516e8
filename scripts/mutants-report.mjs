/** Summarises a mutation test report: a score for each file, and the mutants that no test noticed. */

/**
 * Compares a mutant with an entry of equivalent.json by the text of its line and its replacement, because line numbers
 * change.
 */
function isSame(known, mutant) {
  return ['file', 'line', 'was', 'becomes'].every((key) => known[key] === mutant[key])
}

/** All mutants that count. Mutants in code that runs only before the tests begin are ignored. */
function* mutantsOf({ files }) {
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n')
    for (const { status, location, replacement } of mutants) {
      if (status === 'Ignored') continue
      const { line: number } = location.start
      const line = lines[number - 1].trim()
      yield { file, status, number, line, was: textAt(lines, location), becomes: replacement ?? '' }
    }
  }
}

function textAt(lines, { start, end }) {
  const text = lines.slice(start.line - 1, end.line)
  text[text.length - 1] = text.at(-1).slice(0, end.column - 1)
  text[0] = text[0].slice(start.column - 1)
  return text.map((line) => line.trim()).join(' ')
}

/** For each file, how many mutants there are, how many were noticed, and the score in percent. */
export function tally(report, equivalent) {
  const files = {}
  for (const mutant of mutantsOf(report)) {
    files[mutant.file] ??= { mutants: 0, noticed: 0, equivalent: 0, score: 100 }
    const file = files[mutant.file]
    const wasNoticed = mutant.status === 'Killed' || mutant.status === 'Timeout'
    if (!wasNoticed && equivalent.some((known) => isSame(known, mutant))) file.equivalent++
    else {
      file.mutants++
      if (wasNoticed) file.noticed++
    }
    file.score = file.mutants === 0 ? 100 : Math.floor((1000 * file.noticed) / file.mutants) / 10
  }
  return files
}

/** The mutants that no test noticed and that are not known to be equivalent, in the form of equivalent.json. */
export function survivorsOf(report, equivalent) {
  return [...mutantsOf(report)]
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .filter((mutant) => !equivalent.some((known) => isSame(known, mutant)))
    .map(({ file, number, status, ...what }) => `${file}:${number} ${status} ${JSON.stringify({ file, ...what })}`)
}
