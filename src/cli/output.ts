/** Prints as Go programs do: JSON without empty values, and times as `{ seconds, nanos }`. */
import type { Timestamp } from '../protocol/messages/message.js'
import type { ResponseOf } from '../protocol/methods.js'
import { visible } from '../visible.js'

/** Prints a value as JSON, indented by two spaces. Never resolves if nobody reads it: main.ts ends the process then. */
export function printJson(value: unknown): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`, (error) => {
      if (!error) resolve()
    })
  })
}

/** Prints a message to stderr. */
export function say(text: string): void {
  process.stderr.write(`${visible(text)}\n`)
}

/** Returns a time for printing, without the parts that are 0. */
export function shownTime(time: Timestamp | undefined): object | undefined {
  return time && withoutEmpty({ seconds: Number(time.seconds), nanos: time.nanos })
}

/** Returns a queue as `list` and `info` print it. */
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

/** Returns a copy without empty strings, numbers and lists. */
export function withoutEmpty(object: Readonly<Record<string, unknown>>): object {
  const isEmpty = (value: unknown) => !value || (Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)))
}
