/**
 * Builds the package. The JavaScript is bundled, once as ES modules and once as CommonJS, because a runner loads it
 * again for every test file, and ninety small files take three times as long to load as a few. The types stay file by
 * file.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The entries that users import, by their path in the package, with their sources. */
const COMMON = [
  'index',
  'runners/jest/jest',
  'runners/node-test/node-test',
  'runners/playwright/playwright',
  'runners/mocha/mocha',
  'runners/bun/bun',
  'runners/cucumber/cucumber',
  'runners/deno/deno',
  'runners/global/global-setup',
  'runners/global/global-teardown',
  'runners/global/real-server-setup',
]
const VITEST = ['vitest', 'vitest-setup', 'vitest-values', ...environments('node', 'jsdom', 'happy-dom')].map(
  (entry) => `runners/vitest/${entry}`,
)
const ENTRIES = {
  esm: sources(...COMMON, ...VITEST, 'runners/vitest/vitest-plugin', 'cli/main'),
  // Vitest is an ES module only, and the command is a program.
  cjs: {
    ...sources(
      ...COMMON,
      'runners/vitest/vitest-plugin',
      'runners/jest/jest-environment',
      'runners/jest/jest-environment-jsdom',
    ),
    ...Object.fromEntries(VITEST.map((entry) => [entry, 'src/runners/vitest/required-vitest.ts'])),
  },
}

function environments(...bases) {
  return bases.map((base) => (base === 'node' ? 'vitest-environment' : `vitest-environment-${base}`))
}

function sources(...entries) {
  return Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`]))
}

/** What is loaded only when it is needed, with `import()`: HTTP, metrics, storages, a real server, reports. It stays out of the large files. */
const LATE =
  /src\/(transport\/(http\/|tcp-listener\.ts|knock\.ts|metrics-text\.ts)|journal\/|daemon\/lasting\/(lasting|open-storage)\.ts|storage\/(level|postgres)\/|real-server\/(guard|guarded-server)\.ts)/
/** Not as CommonJS: a test is over when it is reported, and then Jest refuses to load a file. */
const LATE_MODULES = /src\/diagnosis\/report\/(page\/|report(-text)?\.ts)/
/** What nearly every test file needs, in large files: many small ones take longer to load. The command needs only the first. */
const GROUPS = {
  esm: [
    {
      name: 'daemon',
      test: /src\/(\w+(-\w+)*\.ts|clock|protocol|ids|engine|access|service|storage|transport|client|daemon)/,
    },
    { name: 'harness', test: /src\/(diagnosis|harness|real-server|fixtures)\// },
  ],
  // The daemon stands apart here. Jest's sandbox does not need it in our environment.
  cjs: [
    {
      name: 'shared',
      test: /src\/(\w+(-\w+)*\.ts|(clock|protocol|client|engine\/events)\/|daemon\/(closed-error|version|conditions\/condition-spec|lives\/keeps)|harness\/daemon-options)/,
    },
    { name: 'daemon', test: /src\/(ids|engine|access|service|storage|transport|daemon|harness\/new-daemon)/ },
    { name: 'harness', test: /src\/(diagnosis|harness|real-server|fixtures)\// },
  ],
}

/** Returns the group with everything in it that is not loaded late. */
function group({ name, test }, format) {
  const isLate = (id) => LATE.test(id) || (format === 'esm' && LATE_MODULES.test(id))
  return { name, test: (id) => test.test(id) && !isLate(id) && !/src\/(index|internal)\.ts$/.test(id) }
}

/** A statement of a chunk that imports a module of Node. */
const NODE_IMPORT = /^import (?:\{ (?<names>[^}]+) \}|\* as (?<all>[\w$]+)) from "(?<module>node:[\w/]+)";$/gm

/**
 * Makes chunks quick to load. One character outside of Latin 1 would double the memory of a whole source, and the time to read it. Importing
 * a module of Node reads all of its exports, and some of those load more modules: `node:fs` loads streams.
 */
const QUICK = {
  name: 'quick',
  generateBundle({ format }, bundle) {
    for (const chunk of Object.values(bundle)) {
      const ascii = chunk.code.replace(/[^\x00-\x7f]/g, escaped)
      // Entries keep theirs: node:test must have opened what it needs before the harness counts what is open.
      const keepsImports = format !== 'es' || chunk.isEntry
      chunk.code = keepsImports ? ascii : ascii.replace(NODE_IMPORT, (...match) => gotten(match.at(-1)))
    }
  },
}

function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Returns a statement that gets a module of Node without an import. */
function gotten({ names, all, module }) {
  return `const ${all ?? `{ ${names.replaceAll(' as ', ': ')} }`} = process.getBuiltinModule("${module}");`
}

const REQUIRE_DAEMON = 'const require_daemon = require("./daemon.js");'

/**
 * Lets the sandbox of Jest leave the daemon out in our environment, which has a daemon outside. In all other places it is loaded at once:
 * between tests, Jest refuses to load a file.
 */
const DAEMON_OUTSIDE = {
  name: 'daemon-outside',
  generateBundle({ format }, bundle) {
    const harness = bundle['harness.js']
    if (format !== 'cjs') return
    if (!harness.code.includes(REQUIRE_DAEMON)) throw new Error('harness.js loads the daemon in another way')
    const requiredLate = 'let loaded_daemon;\nconst require_daemon = () => loaded_daemon ??= require("./daemon.js");'
    const late = harness.code.replaceAll('require_daemon.', 'require_daemon().').replace(REQUIRE_DAEMON, requiredLate)
    harness.code = `${late}\nif (daemonHost() === undefined) require_daemon();\n`
  },
}

/** What each test file of Jest loads, in its own realm. */
const IN_SANDBOX = ['shared', 'harness']

/** Lets our Jest environment compile the large files once for each worker. Jest itself compiles them again for each test file. */
const COMPILED_ONCE = {
  name: 'compiled-once',
  generateBundle({ format }, bundle) {
    if (format !== 'cjs') return
    for (const name of IN_SANDBOX) {
      const chunk = bundle[`${name}.js`]
      if (chunk.code.includes('import(')) throw new Error(`${name}.js has an import(), which a script cannot carry out`)
      this.emitFile({ type: 'asset', fileName: `${name}-code.js`, source: chunk.code })
      chunk.code = `const host = globalThis[Symbol.for("querator-test.daemon-host")];
const run = host?.moduleFunction?.(__dirname + "/${name}-code.js");
if (run === undefined) module.exports = require("./${name}-code.js");
else run(exports, require, module, __filename, __dirname);
`
    }
  },
}

async function bundle(format) {
  const build = await rolldown({
    cwd: root,
    input: ENTRIES[format],
    platform: 'node',
    external: [/^node:/, /^vitest(\/|$)/, 'yaml', 'classic-level', 'pg'],
    tsconfig: `${root}tsconfig.json`,
    transform: { target: 'es2022' },
    plugins: [QUICK, DAEMON_OUTSIDE, COMPILED_ONCE],
  })
  const names = { entryFileNames: '[name].js', chunkFileNames: '[name].js' }
  const codeSplitting = { groups: GROUPS[format].map((one) => group(one, format)) }
  // Jest cannot carry out an import() of a package.
  const loading = { dynamicImportInCjs: false }
  const written = { format, exports: 'named', esModule: true, comments: false, codeSplitting, ...loading, ...names }
  await build.write({ dir: `dist/${format}`, ...written })
  await build.close()
}

/** Bundles a source file into memory and returns its exports. */
async function built(file) {
  const build = await rolldown({
    cwd: root,
    input: file,
    platform: 'node',
    external: /^node:/,
    tsconfig: `${root}tsconfig.json`,
  })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
}

rmSync(`${root}dist`, { recursive: true, force: true })
for (const format of Object.keys(ENTRIES)) await bundle(format)
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
// These packages are inside the bundles. As separate packages they would take three times as long to load, Jest could
// not load them.
for (const [name, file] of [
  ['commander', 'LICENSE'],
  ['get-port', 'license'],
]) {
  const license = readFileSync(`${root}node_modules/${name}/${file}`, 'utf8')
  writeFileSync(`${root}dist/esm/LICENSE-${name}.txt`, license)
}
mkdirSync(`${root}dist/cjs`, { recursive: true })
cpSync(`${root}dist/esm`, `${root}dist/cjs`, {
  recursive: true,
  filter: (source) => !/\.(?:js)$|\/cli$|LICENSE-commander/.test(source),
})
writeFileSync(`${root}dist/cjs/package.json`, '{ "type": "commonjs" }\n')
const { configSchema } = await built('src/daemon/config/schema.ts')
writeFileSync(`${root}config.schema.json`, `${JSON.stringify(configSchema(), null, 2)}\n`)
chmodSync(`${root}dist/esm/cli/main.js`, 0o755)
