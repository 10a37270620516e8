/**
 * What the names of queues on a shared server begin with: a prefix, a time, the machine and the process that made
 * them, so that they meet nobody else's, and can be told from those of a run that lives.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { realNow } from '../../clock/real-time.js'

const FORM = /^querator-test-([0-9a-z]{8})-([0-9a-f]{6})-(\d+)-[0-9a-f]{6}-/

/** After this time nobody runs any more who cannot be asked, in milliseconds: a day. */
const LONGEST_RUN = 86_400_000

/** A prefix that no other caller gets, of this process or another. */
export function runPrefix(): string {
  return `querator-test-${realNow().toString(36)}-${machine()}-${process.pid}-${randomBytes(3).toString('hex')}-`
}

/** Tells of a queue's name whether a test process made it that has ended. `ended` is the number of one more that has. */
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
    // In a container whose first process does not care, the dead stay in the list of processes.
    return !/\) [ZX] /.test(tryTo(() => readFileSync(`/proc/${pid}/stat`, 'latin1')))
  } catch (error) {
    // Somebody else's process is one, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Tells machines and containers apart: a process number says something within one of them only. */
function machine(): string {
  const parts = [
    hostname(),
    tryTo(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    tryTo(() => readlinkSync('/proc/self/ns/pid')),
  ]
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 6)
}

/** Empty where the system is no Linux. */
function tryTo(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
