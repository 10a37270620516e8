/** Which package managers the server watches, and when it notices that one has ended. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { launcherEnd } from '../../src/cli/launchers.js'
import { inTable, isRunning, processesAbove, type RunningProcess } from '../../src/cli/processes.js'
import { turn } from '../support/turns.js'

const NPM = { npm_lifecycle_event: 'npx', npm_execpath: '/usr/lib/node_modules/npm/bin/npm-cli.js' }
const QUERATOR = 'node /project/node_modules/.bin/querator --config c.yaml'
const SHELL = 'sh -c querator --config c.yaml'

/** The server below these programs, from its parent upwards. The test ends them, and says when the server looks. */
function started(env: NodeJS.ProcessEnv, parents: readonly string[], group = 1) {
  const above = [QUERATOR, ...parents].map(
    (command, index): RunningProcess => ({
      pid: 100 - index,
      parent: 99 - index,
      group: index === 0 ? group : 1,
      words: command.split(' '),
      began: '1',
    }),
  )
  const ended = new Set<number>()
  const looks: (() => void)[] = []
  const found: unknown[] = []
  void launcherEnd({
    env,
    above: () => above,
    isRunning: ({ pid }) => !ended.has(pid),
    wakeAfter: (_, look) => looks.push(look),
  }).then((launcher) => found.push(launcher))
  const end = async (command: string) => {
    ended.add(100 - 1 - parents.indexOf(command))
    for (const look of looks.splice(0)) look()
    await turn()
    return found
  }
  return { end, looks }
}

test.each([
  ['npm', 'npm exec querator --config c.yaml'],
  ['npm', 'node /usr/lib/node_modules/npm/bin/npm-cli.js run querator'],
  ['npx', '/usr/local/bin/node /usr/local/bin/npx querator'],
  ['pnpm', 'node --no-warnings /usr/lib/node_modules/pnpm/bin/pnpm.cjs exec querator'],
  ['yarn', 'node /usr/share/yarn/bin/yarn.js run querator'],
  ['yarn', 'node /project/.yarn/releases/yarn-4.9.1.cjs run querator'],
  ['bun', 'bun run querator'],
  ['bunx', '/root/.bun/bin/bunx querator'],
])('watches %s, as %s, and not the shell below it', async (name, command) => {
  const { end } = started(NPM, [SHELL, command, 'bash'])
  expect(await end(SHELL)).toEqual([])
  expect(await end('bash')).toEqual([])
  expect(await end(command)).toEqual([{ name, pid: 98 }])
})

test('watches every package manager above it', async () => {
  const { end } = started(NPM, [SHELL, 'npm exec querator', 'sh -c npx querator & vitest run', 'npm test'])
  expect(await end('npm test')).toEqual([{ name: 'npm', pid: 96 }])
})

test.each([
  ['was started without npm', {}, ['npm exec querator'], 1],
  ['has only inherited the variables of npm', NPM, ['bash ./npm', 'node server.js npm', 'npm-check', 'systemd'], 1],
  ['leads its process group, as after setsid', NPM, [SHELL, 'npm run querator'], 100],
])('watches nobody if it %s', async (_, env, parents, group) => {
  expect(started(env, parents, group).looks).toEqual([])
})

test('finds the parents of a process in the output of ps', () => {
  const find = inTable(
    '    1     0     1 /sbin/launchd\n  812     1   812 npm exec querator\n 4100   812   812 sh -c x\n',
  )
  expect(find(812)).toEqual({ pid: 812, parent: 1, group: 812, words: ['npm', 'exec', 'querator'], began: '' })
  expect(find(4101)).toBeUndefined()
})

test('sees this process and its parent, as ps does', () => {
  const [self, parent] = processesAbove()
  expect([self?.pid, parent?.pid]).toEqual([process.pid, process.ppid])
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,pgid=,command='], { encoding: 'utf8' })
  expect(inTable(table)(process.pid)).toMatchObject({ parent: self?.parent, group: self?.group })
  expect(isRunning(self as RunningProcess)).toBe(true)
})

test.runIf(process.platform === 'linux')('a later process with the same number is another one', () => {
  const [self] = processesAbove()
  expect(isRunning({ ...(self as RunningProcess), began: '0' })).toBe(false)
})
