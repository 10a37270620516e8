/** The server ends when the npm that started it has ended, however that happened. Started otherwise, it goes on without its parent. */
import { afterEach, expect, test } from 'vitest'
import { leftProcesses, newMark, RUN_MARK } from '../../scripts/left-processes.mjs'
import { bin, projectOf, startWith } from './project.js'

const marks: string[] = []

afterEach(() => {
  for (const { pid } of marks.splice(0).flatMap(leftProcesses)) process.kill(pid, 'SIGKILL')
})

type CommandLine = readonly [string, ...string[]]

/** Starts a command that starts the server. `isOver` resolves when no process holds its output any more. */
function starts([program, ...args]: CommandLine, script = '', env: NodeJS.ProcessEnv = {}) {
  const mark = newMark()
  marks.push(mark)
  const folder = projectOf({
    'package.json': JSON.stringify({ private: true, scripts: { querator: script } }),
    'c.yaml': 'address: 127.0.0.1:0\n',
  })
  const { child, ended, shows } = startWith({ ...env, [RUN_MARK]: mark }, folder, program, ...args)
  return { child, shows, isOver: ended, left: () => leftProcesses(mark) }
}

/** The same, when the server listens. */
async function serverBy(...args: Parameters<typeof starts>) {
  const started = starts(...args)
  const [, url = ''] = await started.shows(/querator is listening on (http:\/\/127\.0\.0\.1:\d+)\n/)
  return { ...started, url }
}

const SERVER = 'querator --config c.yaml'
const NPX = ['npx', 'querator', '--config', 'c.yaml'] as const
const NPM = ['npm', 'run', 'querator'] as const

test.each([
  [NPX, '', 'SIGTERM'],
  [NPX, '', 'SIGKILL'],
  [NPM, SERVER, 'SIGTERM'],
  [NPM, SERVER, 'SIGKILL'],
] as const)('%j (%s) leaves nothing behind after %s', { timeout: 20_000 }, async (command, script, signal) => {
  const { child, isOver, url, left } = await serverBy(command, script)
  child.kill(signal)
  const { stdout, stderr } = await isOver
  expect(stdout).toMatch(/msg="HTTP Server shutdown" reason="npm \(pid \d+\), which started it, has ended"\n$/)
  expect([left(), stderr]).toEqual([[], ''])
  await expect(fetch(`${url}/health`)).rejects.toThrow()
})

/** Stands for a test run. It ends when it is told to. */
const TESTS = `node -e "process.on('SIGUSR2', () => process.exit()); setInterval(() => {}, 60000); console.log('tests ' + process.pid)"`

test('a script that starts the server beside the tests needs no kill', { timeout: 20_000 }, async () => {
  const { shows, isOver, left } = starts(NPM, `${SERVER} & ${TESTS}`)
  const [, first, last] = await shows(/tests (\d+)\n[\s\S]*is listening|is listening[\s\S]*\ntests (\d+)\n/)
  process.kill(Number(first ?? last), 'SIGUSR2')
  expect((await isOver).status).toBe(0)
  expect(left()).toEqual([])
})

const SETSID = `node -e "require('child_process').spawn('querator', ['--config', 'c.yaml'], { detached: true, stdio: 'inherit' })"`

const BACKGROUND: CommandLine = ['sh', '-c', `'${bin('querator')}' --config c.yaml & wait`]

test.each<[string, CommandLine, string, NodeJS.ProcessEnv]>([
  ['started in the background', BACKGROUND, '', {}],
  ['with variables of an npm that is not above it', BACKGROUND, '', { npm_command: 'exec' }],
  ['in a session of its own', NPM, SETSID, {}],
])('a server %s goes on when its parent is killed', { timeout: 20_000 }, async (_, command, script, env) => {
  const alone = await serverBy(command, script, env)
  alone.child.kill('SIGKILL')
  // As long as a server needs to notice the end of its npm.
  const other = await serverBy(NPX)
  other.child.kill('SIGKILL')
  await other.isOver
  expect((await fetch(`${alone.url}/health`)).status).toBe(200)
})
