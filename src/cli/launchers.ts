/**
 * The package managers that started this process, such as npm for `npx querator`. npm runs a command in a shell. The shell does not pass
 * signals on, and a killed npm sends none, so the command itself has to notice that npm has ended.
 *
 * It watches npm and not the shell, because a killed npm leaves the shell running. It has to look again and again: npm hands its own stdin
 * and stdout down, so nothing closes when it ends.
 */
import { wakeAfter } from '../clock/real-time.js'
import { isRunning, processesAbove, type RunningProcess } from './processes.js'

/** How often the command looks for its launchers, in milliseconds. A look takes some 30 µs. */
const LOOK = 100

/** What package managers set for the commands that they start. pnpm exec sets only the last. */
const MARKS = ['npm_lifecycle_event', 'npm_execpath', 'npm_command', 'npm_config_user_agent']

const LAUNCHER = /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|bun|bunx|corepack)(?:-cli)?(?:-\d[\w.-]*?)?(?:\.[cm]?js)?$/
const NODE = /^node(js)?$/

/** A package manager that started this process. */
export interface Launcher {
  readonly name: string
  readonly pid: number
}

/** The machine. Default: this one. */
export interface LauncherSource {
  readonly env?: NodeJS.ProcessEnv
  readonly above?: () => readonly RunningProcess[]
  readonly isRunning?: (process: RunningProcess) => boolean
  readonly wakeAfter?: (delay: number, wake: () => void) => unknown
}

/**
 * Resolves when one of the package managers that started this process has ended. Never resolves if there is none, so that a server that
 * was started in the background, by a service manager or in a container goes on without its parent.
 */
export function launcherEnd(source: LauncherSource = {}): Promise<Launcher> {
  const { isRunning: runs = isRunning, wakeAfter: wake = wakeAfter } = source
  const launchers = launchersOf(source)
  return new Promise((resolve) => {
    const look = () => {
      const gone = launchers.find(({ process }) => !runs(process))
      if (gone === undefined) wake(LOOK, look)
      else resolve({ name: gone.name, pid: gone.process.pid })
    }
    if (launchers.length > 0) look()
  })
}

function launchersOf({ env = process.env, above = processesAbove }: LauncherSource) {
  if (!MARKS.some((mark) => env[mark])) return []
  const [self, ...parents] = above()
  // It got a group of its own, for example from setsid, so that it outlives who started it.
  if (self === undefined || self.group === self.pid) return []
  return parents.flatMap((process) => {
    const name = launcherIn(process.words)
    return name === undefined ? [] : [{ name, process }]
  })
}

/** Returns the package manager that a command line starts, by itself or with Node. */
function launcherIn(words: readonly string[]): string | undefined {
  const [program = '', ...args] = words
  const script = NODE.test(nameOf(program)) ? args.find((word) => !word.startsWith('-')) : program
  return LAUNCHER.exec(nameOf(script ?? ''))?.[1]
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
