/**
 * The folders in which the cells of the matrix run, each with one version of a runner and the packed tarball, and the
 * Node versions.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm, pack } from '../packed.mjs'

/** The columns: Node versions, installed from the npm package `node`. */
export const NODES = ['20.19', '22', '24']

const TRANSFORMS = { 'ts-jest': '^29.0.0', '@swc/core': '^1.0.0', '@swc/jest': '^0.2.0', typescript: '~5.9.0' }

const DOMS = { jsdom: '^26.0.0', 'happy-dom': '^20.0.0' }

/** What is installed beside the package, by folder. */
const HOMES = {
  'jest-29': {
    jest: '^29.0.0',
    'jest-environment-jsdom': '^29.0.0',
    '@types/jest': '^29.0.0',
    '@types/node': '^20.0.0',
    ...TRANSFORMS,
  },
  'jest-30': {
    jest: '^30.0.0',
    'jest-environment-jsdom': '^30.0.0',
    '@types/jest': '^30.0.0',
    '@types/node': '^20.0.0',
    ...TRANSFORMS,
  },
  // Packages see only what they depend on.
  'jest-30-pnpm': { jest: '^30.0.0' },
  'vitest-4-pnpm': { vitest: '^4.0.0' },
  'jest-30-pnp': { jest: '^30.0.0', 'jest-environment-jsdom': '^30.0.0' },
  'vitest-3': { vitest: '^3.0.0', ...DOMS, '@types/node': '^20.0.0' },
  'vitest-4': { vitest: '^4.0.0', ...DOMS, '@types/node': '^20.0.0' },
  'vitest-5': { vitest: '^5.0.0', ...DOMS, '@types/node': '^22.0.0' },
  'playwright-1.50': { '@playwright/test': '~1.50.0' },
  'playwright-1.65': { '@playwright/test': '^1.65.0' },
  'mocha-11': { mocha: '^11.0.0' },
  'mocha-12': { mocha: '^12.0.0' },
  bun: { bun: '^1.4.0' },
  'cucumber-12': { '@cucumber/cucumber': '^12.0.0' },
  'cucumber-13': { '@cucumber/cucumber': '^13.0.0' },
  deno: { deno: '^2.9.0' },
  plain: { undici6: 'npm:undici@^6', undici7: 'npm:undici@^7', undici8: 'npm:undici@^8' },
}

/** Installs what these rows and columns need below `folder`. Reports each step to `says`. */
export function installHomes(folder, rows, nodes, says) {
  const tarball = pack(folder)
  for (const node of nodes) install(`node-${node}`, { node })
  for (const home of new Set(rows.map((row) => row.home))) {
    install(home, { ...HOMES[home], 'querator-test': `file:../${tarball}` })
  }

  function install(name, dependencies) {
    says(`installing ${name}`)
    const target = join(folder, name)
    mkdirSync(target, { recursive: true })
    writeFileSync(join(target, 'package.json'), JSON.stringify({ name, private: true, dependencies }))
    // In a kept folder, npm would take a new tarball with the same name for the old one.
    for (const old of ['package-lock.json', 'node_modules/querator-test', 'node_modules/.package-lock.json']) {
      rmSync(join(target, old), { recursive: true, force: true })
    }
    installWith(name, target)
  }
}

/** Installs with the package manager that the name of the folder ends with, else with npm. */
function installWith(name, target) {
  if (name.endsWith('-pnpm')) {
    npm(['exec', '--yes', 'pnpm@10', '--', 'install', '--ignore-workspace', '--no-frozen-lockfile'], target)
    return
  }
  if (name.endsWith('-pnp')) {
    // Without it, Yarn takes a folder above for its project.
    writeFileSync(join(target, 'yarn.lock'), '')
    const settings = {
      YARN_NODE_LINKER: 'pnp',
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
      YARN_ENABLE_TELEMETRY: '0',
      YARN_NPM_REGISTRY_SERVER: npm(['config', 'get', 'registry'], target).trim(),
    }
    npm(['exec', '--yes', '@yarnpkg/cli-dist@4', '--', 'install'], target, settings)
    return
  }
  // For the others, Vitest 5 is installed on an older Node too.
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', '--engine-strict=false'], target)
}

/** The Node program of a column. */
export function nodeOf(folder, node) {
  return join(folder, `node-${node}`, 'node_modules', 'node', 'bin', 'node')
}
