/**
 * Mutation tests: change one thing in the code at a time, and print the changes that no test notices.
 *
 * npm run mutants                       all folders, which takes hours
 * npm run mutants -- src/engine         one folder, or single files
 * npm run mutants -- --save src/engine  also saves the scores as the baseline
 *
 * test/mutants/equivalent.json lists changes that nobody can notice, each with its reason.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { survivorsOf, tally } from './mutants-report.mjs'

const FOLDERS = ['engine', 'access', 'service', 'protocol', 'transport', 'harness', 'diagnosis']
const BASELINE = 'test/mutants/baseline.json'

const args = process.argv.slice(2)
const save = args.includes('--save')
const paths = args.filter((arg) => !arg.startsWith('--'))
const wanted = paths.length > 0 ? paths : FOLDERS.map((folder) => `src/${folder}`)

const failed = FOLDERS.filter((folder) => {
  const own = wanted.filter((path) => path.split('/')[1] === folder)
  return own.length > 0 && !noticed(folder, own)
})
process.exitCode = failed.length > 0 ? 1 : 0

/** Runs the mutants of a folder or of some of its files. Returns whether no score is below the baseline. */
function noticed(folder, own) {
  const mutate = own.map((path) => (path.endsWith('.ts') ? path : `${path.replace(/\/$/, '')}/**/*.ts`))
  const env = { ...process.env, QUERATOR_MUTANTS: folder }
  const { status } = spawnSync('npx', ['stryker', 'run', '--mutate', mutate.join(',')], { env, stdio: 'inherit' })
  if (status !== 0) return false
  const report = JSON.parse(readFileSync(`build/mutants/${folder}/report.json`, 'utf8'))
  const missing = testFiles(env).filter((file) => report.testFiles[file] === undefined)
  if (missing.length > 0) {
    console.log(`StrykerJS did not run ${missing.join(', ')}: run it again`)
    return false
  }
  const equivalent = JSON.parse(readFileSync('test/mutants/equivalent.json', 'utf8'))
  for (const line of survivorsOf(report, equivalent)) console.log(line)
  const files = tally(report, equivalent)
  console.table(files)
  const baseline = existsSync(BASELINE) ? JSON.parse(readFileSync(BASELINE, 'utf8')) : {}
  const worse = Object.keys(files).filter((file) => files[file].score < (baseline[file]?.score ?? 0))
  for (const file of worse)
    console.log(`${file}: ${files[file].score} %, below the baseline of ${baseline[file].score} %`)
  if (save) writeFileSync(BASELINE, `${JSON.stringify(sorted({ ...baseline, ...files }), undefined, 2)}\n`)
  return worse.length === 0
}

/** The test files of the run. If StrykerJS skipped one, its mutants would survive unnoticed. */
function testFiles(env) {
  const list = ['vitest', 'list', '--filesOnly', '--config', 'vitest.mutants.config.ts']
  const { stdout } = spawnSync('npx', list, { env, encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.endsWith('.test.ts'))
}

function sorted(files) {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
}
