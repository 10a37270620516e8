/**
 * Finds processes that outlive the run that started them. A run gets a variable with a mark of its own, and all of its
 * processes inherit it. Only Linux shows the variables of other processes.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as passed } from 'node:timers/promises'

/** The variable for the mark of a run. */
export const RUN_MARK = 'RUN_MARK'

/** Returns a mark for one run. */
export function newMark() {
  return randomUUID()
}

/** Returns the processes that have this mark and still run. Always empty on systems other than Linux. */
export function leftProcesses(mark) {
  if (process.platform !== 'linux') return []
  return (
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && read(name, 'environ').includes(`${RUN_MARK}=${mark}\0`))
      .map((name) => ({ pid: Number(name), command: read(name, 'cmdline').replaceAll('\0', ' ').trim() }))
      // A process that has ended has no command any more.
      .filter(({ command }) => command !== '')
  )
}

/** Returns the processes that still run a moment after their run. They get the time that a server takes to stop. */
export async function leftInTheEnd(mark) {
  for (let looks = 0; looks < 20 && leftProcesses(mark).length > 0; looks++) await passed(100)
  return leftProcesses(mark)
}

/** Returns '' for a process that has ended since, or belongs to somebody else. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
