/** Builds the package: the same sources through tsc twice, as ES modules and as CommonJS. */
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = `${root}node_modules/typescript/bin/tsc`
// While it is there, TypeScript takes the sources for CommonJS.
const marker = `${root}src/package.json`

function compile(project) {
  execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' })
}

rmSync(`${root}dist`, { recursive: true, force: true })
rmSync(marker, { force: true })
compile('tsconfig.esm.json')
try {
  writeFileSync(marker, '{ "type": "commonjs" }\n')
  compile('tsconfig.cjs.json')
} finally {
  rmSync(marker, { force: true })
}
writeFileSync(`${root}dist/cjs/package.json`, '{ "type": "commonjs" }\n')
chmodSync(`${root}dist/esm/cli/main.js`, 0o755)
