/** The running processes of this machine, as far as one may see them. */
import { readFileSync } from 'node:fs'

/** A process that runs. */
export interface RunningProcess {
  readonly pid: number
  /** The process that started it, or that took it over when that one ended. */
  readonly parent: number
  /** Its process group. A process that has the number of its group leads it. */
  readonly group: number
  /** Its command line. */
  readonly words: readonly string[]
  /** When it began, in a unit of the system. Empty if unknown. A later process may have the same number. */
  readonly began: string
}

/** Returns this process, its parent, the parent of that, and so on. A process that cannot be seen ends the list. */
export function processesAbove(pid = process.pid): RunningProcess[] {
  const look = process.platform === 'linux' ? inProc : inTable(table())
  const found: RunningProcess[] = []
  for (let one = look(pid); one !== undefined && !found.some(({ pid }) => pid === one?.pid); one = look(one.parent)) {
    found.push(one)
  }
  return found
}

/** Returns whether a process still runs. */
export function isRunning({ pid, began }: RunningProcess): boolean {
  if (process.platform === 'linux') return inProc(pid)?.began === began
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Reads the files of Linux. A process that ended counts as gone, even if nobody has asked for its status yet. */
function inProc(pid: number): RunningProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before may contain blanks and brackets.
    const [state = '', parent, group, ...more] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if ('ZX'.includes(state)) return undefined
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
    // A program that renames itself, such as npm, writes everything into the first argument.
    const words = line.length === 1 ? (line[0] ?? '').split(' ') : line
    return { pid, parent: Number(parent), group: Number(group), words, began: more[16] ?? '' }
  } catch {
    return undefined
  }
}

/** Returns what `ps` prints, or nothing where there is no `ps`, as on Windows. */
function table(): string {
  try {
    const args = ['-A', '-ww', '-o', 'pid=,ppid=,pgid=,command=']
    // Linux has no need of it.
    return process
      .getBuiltinModule('node:child_process')
      .execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}

/** Returns a function that finds a process in what `ps` printed. */
export function inTable(text: string): (pid: number) => RunningProcess | undefined {
  const rows = text.split('\n').map((row): [number, RunningProcess] => {
    const [pid, parent, group, ...words] = row.trim().split(/\s+/)
    return [Number(pid), { pid: Number(pid), parent: Number(parent), group: Number(group), words, began: '' }]
  })
  const processes = new Map(rows)
  return (pid) => processes.get(pid)
}
