/**
 * The prefix of queue names on a shared server: a time, the machine and the process that made them. Names never meet those
 * of other runs, and show whether their run has ended.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { realNow } from '../../clock/real-time.js'

const FORM = /^querator-test-([0-9a-z]{8})-([0-9a-f]{6})-(\d+)-[0-9a-f]{6}-/

/** After this time, runs on other machines count as ended, in milliseconds: a day. */
const LONGEST_RUN = 86_400_000

/** Returns a prefix that no other call returns, in this process or another. */
export function runPrefix(): string {
  return `querator-test-${realNow().toString(36)}-${machine()}-${process.pid}-${process.getBuiltinModule('node:crypto').randomBytes(3).toString('hex')}-`
}

/** Returns whether an ended test process made the queue of this name. `ended` is the id of a process that counts as ended. */
export function leftOverCheck(ended?: number): (queueName: string) => boolean {
  const here = machine()
  return (queueName) => {
    const [found, time, where, pid] = FORM.exec(queueName) ?? []
    if (found === undefined) return false
    if (where === here) return Number(pid) === ended || !lives(Number(pid))
    return realNow() - Number.parseInt(time as string, 36) > LONGEST_RUN
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // In a container whose first process does not reap, ended processes stay as zombies.
    return !/\) [ZX] /.test(tryTo(() => readFileSync(`/proc/${pid}/stat`, 'latin1')))
  } catch (error) {
    // A process of another user is alive too.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Returns a text that differs between machines and containers, because a process id is unique only within one. */
function machine(): string {
  const parts = [
    process.getBuiltinModule('node:os').hostname(),
    tryTo(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    tryTo(() => readlinkSync('/proc/self/ns/pid')),
  ]
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 6)
}

/** Returns an empty text if the file does not exist, as on systems other than Linux. */
function tryTo(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
