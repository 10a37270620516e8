/** Creates small projects beside the installed tarball, and runs commands in them. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inject } from 'vitest'

/** The limit for any command here, in milliseconds. A command that takes longer hangs. */
const LONGEST = 60_000

/** The outcome of a command. */
export interface Outcome {
  /** Null if it had to be killed. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** Both outputs, without colours. */
  readonly text: string
}

/** Creates a project with these files, in a new folder below the installed tarball. */
export function projectOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(inject('packed'), 'project-'))
  for (const [name, text] of Object.entries({ 'package.json': '{ "private": true }', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** The path of an installed command. */
export function bin(name: string): string {
  return join(inject('packed'), 'node_modules', '.bin', name)
}

/** The environment of a user's shell, without that of the runner around this test. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|TEST|JEST|QUERATOR|FORCE_COLOR|CI|npm_(?!config)|npm_config_user_agent)/.test(name),
  )
  return { ...Object.fromEntries(own), NO_COLOR: '1' }
}

/** Runs a command until it ends. */
export function run(folder: string, command: string, ...args: string[]): Outcome {
  return runWith({}, folder, command, ...args)
}

/** Runs a command with further variables. */
export function runWith(env: NodeJS.ProcessEnv, folder: string, command: string, ...args: string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env: { ...environment(), ...env },
    encoding: 'utf8',
    timeout: LONGEST,
    killSignal: 'SIGKILL',
  })
  return { status, stdout, stderr, text: stdout + stderr }
}

/** Starts a command. `shows` resolves when the command prints the pattern, after what was matched before. */
export function start(folder: string, command: string, ...args: string[]) {
  return startWith({}, folder, command, ...args)
}

/** Starts a command with further variables. */
export function startWith(env: NodeJS.ProcessEnv, folder: string, command: string, ...args: string[]) {
  return startFed('', env, folder, command, ...args)
}

/** Runs a command with this text on stdin. */
export function startFed(
  input: string | Uint8Array,
  env: NodeJS.ProcessEnv,
  folder: string,
  command: string,
  ...args: string[]
) {
  const child = spawn(command, args, { cwd: folder, env: { ...environment(), ...env }, stdio: 'pipe' })
  // The command may end without reading.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const output = { stdout: '', stderr: '', text: '' }
  let seen = 0
  const listeners = new Set<() => void>()
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (status) => resolve({ status, ...output }))
  })
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk) => {
      output[stream] += chunk
      output.text += chunk
      for (const look of listeners) look()
    })
  }
  const shows = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output.text.slice(seen))
        if (found === null) return
        seen += found.index + found[0].length
        listeners.delete(look)
        resolve(found)
      }
      listeners.add(look)
      look()
      void ended.then(({ text }) => reject(new Error(`it ended without ${pattern}:\n${text}`)))
    })
  return { child, ended, shows }
}
