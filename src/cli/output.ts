/** What commands print: JSON as Go programs write it, times as `{ seconds, nanos }`, without what is empty. */
import type { Timestamp } from '../protocol/messages/message.js'
import type { ResponseOf } from '../protocol/methods.js'
import { visible } from '../visible.js'

/** Prints a value as JSON, indented by two. Never resolves when nobody reads it: main.ts ends the process then. */
export function printJson(value: unknown): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`, (error) => {
      if (!error) resolve()
    })
  })
}

/** Says on stderr that something was done. */
export function say(text: string): void {
  process.stderr.write(`${visible(text)}\n`)
}

/** A time; what is 0 of it is left out. */
export function shownTime(time: Timestamp | undefined): object | undefined {
  return time && withoutEmpty({ seconds: Number(time.seconds), nanos: time.nanos })
}

/** A queue as `list` and `info` show it. */
export function shownQueue(info: ResponseOf<'queuesInfo'>): object {
  return withoutEmpty({
    queueName: info.queueName,
    createdAt: shownTime(info.createdAt),
    updatedAt: shownTime(info.updatedAt),
    deadQueue: info.deadQueue,
    reference: info.reference,
    leaseTimeout: info.leaseTimeout,
    expireTimeout: info.expireTimeout,
    maxAttempts: info.maxAttempts,
    requestedPartitions: info.requestedPartitions,
    partitions: info.partitions,
    namespace: info.namespace,
  })
}

/** The same without texts, numbers and lists that are empty. */
export function withoutEmpty(object: Readonly<Record<string, unknown>>): object {
  const isEmpty = (value: unknown) => !value || (Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)))
}
