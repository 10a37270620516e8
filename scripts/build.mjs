/**
 * Builds the package. The JavaScript is bundled, once as ES modules and once as CommonJS, because a runner loads it anew
 * for every test file, and ninety small files take three times as long to load as a few. The types stay file by file.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What users import, by its place in the package. */
const ENTRIES = {
  esm: ['index', 'runners/vitest', 'runners/jest', 'runners/node-test', 'runners/global-setup', 'cli/main'],
  // Vitest is ES modules only, and the command is a program.
  cjs: ['index', 'runners/jest', 'runners/node-test', 'runners/global-setup'],
}

async function bundle(format) {
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(ENTRIES[format].map((entry) => [entry, `src/${entry}.ts`])),
    platform: 'node',
    external: [/^node:/, 'vitest', 'yaml'],
    tsconfig: `${root}tsconfig.json`,
    transform: { target: 'es2022' },
  })
  const names = { entryFileNames: '[name].js', chunkFileNames: '[name].js' }
  await build.write({ dir: `dist/${format}`, format, exports: 'named', esModule: true, ...names })
  await build.close()
}

rmSync(`${root}dist`, { recursive: true, force: true })
for (const format of Object.keys(ENTRIES)) await bundle(format)
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
mkdirSync(`${root}dist/cjs`, { recursive: true })
cpSync(`${root}dist/esm`, `${root}dist/cjs`, {
  recursive: true,
  filter: (source) => !/\.(?:js)$|runners\/vitest\.d\.ts$|\/cli$/.test(source),
})
writeFileSync(`${root}dist/cjs/package.json`, '{ "type": "commonjs" }\n')
chmodSync(`${root}dist/esm/cli/main.js`, 0o755)
// The command has commander in it, which takes a third of the time to load that it takes as a package.
const license = readFileSync(`${root}node_modules/commander/LICENSE`, 'utf8')
writeFileSync(`${root}dist/esm/cli/LICENSE-commander.txt`, license)
