/** Small projects beside the installed tarball, and running commands in them. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inject } from 'vitest'

/** Nothing here takes this long, in milliseconds; what does, hangs. */
const LONGEST = 60_000

/** What a command left behind. */
export interface Outcome {
  /** Null when it did not end by itself. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** Both, without colours. */
  readonly text: string
}

/** A project of these files, in a folder of its own below the installed tarball. */
export function projectOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(inject('packed'), 'project-'))
  for (const [name, text] of Object.entries({ 'package.json': '{ "private": true }', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** The path of a command that is installed there. */
export function bin(name: string): string {
  return join(inject('packed'), 'node_modules', '.bin', name)
}

/** The environment of a user's shell, not of the runner around this test. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|TEST|JEST|QUERATOR|FORCE_COLOR|CI)/.test(name),
  )
  return { ...Object.fromEntries(own), NO_COLOR: '1' }
}

/** Runs a command to its end. */
export function run(folder: string, command: string, ...args: string[]): Outcome {
  return runWith({}, folder, command, ...args)
}

/** The same with further variables. */
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

/** Starts a command; `shows` resolves when it has printed the pattern, after what the last one waited for. */
export function start(folder: string, command: string, ...args: string[]) {
  return startWith({}, folder, command, ...args)
}

/** The same with further variables. */
export function startWith(env: NodeJS.ProcessEnv, folder: string, command: string, ...args: string[]) {
  return startFed('', env, folder, command, ...args)
}

/** The same with something on stdin. */
export function startFed(
  input: string | Uint8Array,
  env: NodeJS.ProcessEnv,
  folder: string,
  command: string,
  ...args: string[]
) {
  const child = spawn(command, args, { cwd: folder, env: { ...environment(), ...env }, stdio: 'pipe' })
  // It may end without reading.
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
