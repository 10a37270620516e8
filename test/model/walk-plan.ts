/** Turns each command into a plan for the current situation. */
import type { Command, QueueName, WalkSettings } from './walk-commands.js'
import { abandon, complete, lease, retry } from './walk-plan-consumers.js'
import { importItems, produce } from './walk-plan-producers.js'
import { type Do, type Plan, pickOfOnePartition, type Situation, toldItems } from './walk-situation.js'

const UNKNOWN_ID = '000000000000000000000000000'

/** Returns undefined if there is nothing to do. */
export function planOf(command: Command, at: Situation): Plan | undefined {
  switch (command.do) {
    case 'produce':
      return produce(command, at)
    case 'import':
      return importItems(command, at)
    case 'delete':
      return deleteItems(command, at)
    case 'lease':
      return lease(command, at)
    case 'abandon':
      return abandon(command, at)
    case 'complete':
      return complete(command, at)
    case 'retry':
      return retry(command, at)
    case 'clear':
      return clear(command)
    case 'update':
      return update(command)
    case 'dead queue':
      return command.there ? createQueue('d', at.deadQueue, '') : deleteQueue('d')
    case 'reload':
      return reload(command)
    case 'restart':
      return RESTART
    case 'advance':
      return advance(command)
  }
}

/** Creates a queue. */
export function createQueue(name: QueueName, how: Situation['deadQueue'], deadQueue: '' | 'd'): Plan {
  const { settings, partitions } = how
  return {
    told: `create ${name}: partitions ${partitions}, ${toldSettings(settings, deadQueue)}`,
    daemon: ({ client }) =>
      client.queuesCreate({ queueName: name, requestedPartitions: partitions, ...sentSettings(settings), deadQueue }),
    model: (model) => model.createQueue(name, { ...settings, deadQueue }, partitions),
  }
}

/** Deletes a queue. */
export function deleteQueue(name: QueueName): Plan {
  return {
    told: `delete ${name}`,
    daemon: ({ client }) => client.queuesDelete({ queueName: name }),
    model: (model) => model.deleteQueue(name),
  }
}

function update({ queue, settings, deadQueue: wanted }: Do<'update'>): Plan {
  const deadQueue = wanted && queue === 'q' ? 'd' : ''
  return {
    told: `update ${queue}: ${toldSettings(settings, deadQueue)}`,
    daemon: ({ client }) => client.queuesUpdate({ queueName: queue, ...sentSettings(settings), deadQueue }),
    model: (model) => model.updateQueue(queue, { ...settings, deadQueue }),
  }
}

function deleteItems({ which, unknown }: Do<'delete'>, at: Situation): Plan | undefined {
  const picked = pickOfOnePartition(at, which)
  if (picked === undefined) return undefined
  const { queue, partition, items } = picked
  const ids = [...(unknown ? [UNKNOWN_ID] : []), ...items.map(({ id }) => id)]
  return {
    told: `delete from ${queue}/${partition}: ${unknown ? 'an unknown item, ' : ''}${toldItems(items)}`,
    daemon: ({ client }) => client.storageItemsDelete({ queueName: queue, partition, ids }),
    model: (model, known) => model.deleteItems(queue, partition, known.allOurs(ids)),
  }
}

function clear({ queue, flags }: Do<'clear'>): Plan {
  return {
    told: `clear ${queue}: ${Object.keys(flags).join(', ')}`,
    daemon: ({ client }) => client.queueClear({ queueName: queue, ...flags }),
    model: (model) => model.clear(queue, flags),
  }
}

function reload({ queue }: Do<'reload'>): Plan {
  return {
    told: `reload ${queue}`,
    daemon: ({ client }) => client.queueReload({ queueName: queue }),
    model: (model) => {
      model.queue(queue)
    },
  }
}

const RESTART: Plan = {
  told: 'restart',
  daemon: (side) => side.restart(),
  model: (model) => ({ events: model.restart() }),
}

function advance({ by }: Do<'advance'>): Plan {
  return {
    told: `advance ${by}ms`,
    daemon: async ({ clock }) => ({ fired: await clock.advance(by) }),
    model: (model) => ({ events: model.advance(by) }),
  }
}

function sentSettings({ leaseTimeout, expireTimeout, maxAttempts }: WalkSettings) {
  return { leaseTimeout: `${leaseTimeout}ms`, expireTimeout: `${expireTimeout}ms`, maxAttempts }
}

function toldSettings({ leaseTimeout, expireTimeout, maxAttempts }: WalkSettings, deadQueue: string): string {
  const most = maxAttempts === 0 ? 'any number of attempts' : `at most ${maxAttempts} attempts`
  return `lease ${leaseTimeout}ms, expire ${expireTimeout}ms, ${most}, dead letter queue ${deadQueue || 'none'}`
}
