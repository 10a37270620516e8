/** Writes the API reference into the folder that is given: one page for each row of pages.mjs. Fails on everything that is not documented. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Application, Converter } from 'typedoc'
import { completeTypes } from './complete-types.mjs'
import { arrange, PagesRouter } from './pages-router.mjs'
import { ReferenceTheme } from './reference-theme.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = process.argv[2]

const app = await Application.bootstrapWithPlugins({
  entryPoints: entryPoints(),
  tsconfig: `${root}tsconfig.build.json`,
  plugin: ['typedoc-plugin-markdown'],
  router: 'pages',
  theme: 'reference',
  out,
  readme: 'none',
  disableSources: true,
  disableGit: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  // The project's own compiler looks for errors.
  skipErrorChecking: true,
  expandParameters: true,
  sort: ['source-order'],
  logLevel: 'Warn',
  validation: { notExported: true, notDocumented: true, invalidLink: true, invalidPath: true, rewrittenLink: true },
})
app.renderer.defineRouter('pages', PagesRouter)
app.renderer.defineTheme('reference', ReferenceTheme)
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, completeTypes)

const project = await app.convert()
if (project === undefined) process.exit(1)
app.validate(project)
arrange(project)
await app.generateOutputs(project)
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0

/** The sources of everything in the package's exports that has types. Presets and environments have no names. */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const entries = Object.entries(exports).filter(([name]) => !/^\.\/(presets\/|vitest\/environment)/.test(name))
  const types = entries.flatMap(([, entry]) => entry.import?.types ?? entry.types ?? [])
  const files = types.map(
    (file) => `${root}${file.replace(/^\.\/dist\/(esm|cjs)\//, 'src/').replace(/\.d\.ts$/, '.ts')}`,
  )
  const missing = files.find((file) => !existsSync(file))
  if (missing !== undefined) throw new Error(`there is no ${missing}`)
  return files
}
