/** What a daemon shows of its state, exactly. */
import type { QueratorClient } from '../../src/client/client.js'
import { isQueratorError } from '../../src/index.js'
import type { ResponseOf } from '../../src/protocol/methods.js'
import { dateOf } from '../../src/protocol/timestamp.js'

type ListedItem = ResponseOf<'storageItemsList'>['items'][number]

/** An item, where it is. */
export interface ShownItem {
  readonly queue: string
  readonly partition: number
  readonly scheduled: boolean
  readonly id: string
  readonly reference: string
  readonly sourceId: string
  readonly leased: boolean
  readonly attempts: number
  /** In milliseconds since 1970. */
  readonly leaseDeadline: number
  readonly expireDeadline: number
  /** Everything, as text. */
  readonly all: string
}

/** The state of a daemon. */
export interface ShownState {
  readonly now: number
  /** Names and options. */
  readonly queues: ReadonlyMap<string, string>
  /** By queue, partition and id. */
  readonly items: readonly ShownItem[]
  /** Users, keys, roles, bindings and namespaces as texts by kind. */
  readonly access: ReadonlyMap<string, readonly string[]>
}

const ALL = { limit: 1000 }

/** Reads everything. Its lists and its counts must agree. */
export async function readState(client: QueratorClient, now: number): Promise<ShownState> {
  const { items: infos } = await client.queuesList(ALL)
  const items: ShownItem[] = []
  for (const { queueName } of infos) items.push(...(await itemsOf(client, queueName)))
  return {
    now,
    queues: new Map(infos.map((info) => [info.queueName, textOf(info)])),
    items,
    access: await accessOf(client),
  }
}

async function itemsOf(client: QueratorClient, queueName: string): Promise<ShownItem[]> {
  const { logicalQueues } = await client.queueStats({ queueName })
  const found: ShownItem[] = []
  for (const [partition, counts] of logicalQueues.flatMap((one) => one.partitions).entries()) {
    const request = { queueName, partition, ...ALL }
    const queued = (await client.storageItemsList(request)).items
    const scheduled = (await client.storageScheduledList(request)).items
    const counted = [counts.total, counts.totalLeased, counts.scheduled].join()
    const listed = [queued.length, queued.filter((item) => item.isLeased).length, scheduled.length].join()
    if (counted !== listed) throw new Error(`${queueName}/${partition} counts ${counted}, and lists ${listed}`)
    found.push(...queued.map((item) => shown(item, queueName, partition, false)))
    found.push(...scheduled.map((item) => shown(item, queueName, partition, true)))
  }
  return found
}

async function accessOf(client: QueratorClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const in_ = { namespace: '_system', ...ALL }
  return new Map([
    ['user', texts((await client.usersList(ALL)).items)],
    ['key', texts((await client.apiKeysList(ALL)).items)],
    ['role', texts((await client.rolesList(in_)).items)],
    ['binding', texts((await client.roleBindingsList(in_)).items)],
    ['namespace', texts((await client.namespacesList(ALL)).items)],
  ])
}

function shown(item: ListedItem, queue: string, partition: number, scheduled: boolean): ShownItem {
  const { id, reference, sourceId, isLeased, attempts, leaseDeadline, expireDeadline } = item
  return {
    queue,
    partition,
    scheduled,
    id,
    reference,
    sourceId,
    leased: isLeased,
    attempts,
    leaseDeadline: instantOf(leaseDeadline),
    expireDeadline: instantOf(expireDeadline),
    all: textOf(item),
  }
}

/** Returns milliseconds since 1970. */
export function instantOf(timestamp: Parameters<typeof dateOf>[0] | undefined): number {
  return timestamp === undefined ? Number.NaN : dateOf(timestamp).getTime()
}

function texts(list: readonly object[]): string[] {
  return list.map(textOf)
}

function textOf(value: object): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))
}

/** Rethrows what is not the answer of a daemon. */
export function unlessAnswer(error: unknown): void {
  if (!isQueratorError(error)) throw error
}
