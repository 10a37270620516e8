/** Plays a script on a new daemon and returns the history. */
import { startTestDaemon } from '../../src/index.js'
import { Actor } from './actor.js'
import type { Input, Output } from './calls.js'
import { type Client, openDoor } from './clients.js'
import { foreseenIds, withoutDoubt } from './foresight.js'
import { check, type Model, type Operation, type Verdict } from './linearizability.js'
import { queueModel } from './queue-model.js'
import type { QueueSetup, QueueState } from './queue-state.js'
import type { Script } from './script.js'
import { Stage } from './stage.js'

/** A history, and the settings of its queues. */
export interface History {
  readonly setup: QueueSetup
  readonly operations: readonly Operation<Input, Output>[]
}

const START = Date.UTC(2026, 0, 1)

/** The model to check a history against. */
export function modelOf({ setup, operations }: History): Model<QueueState, Input, Output> {
  return queueModel({ ...setup, foreseen: foreseenIds(operations) })
}

/** Checks a history against the model of a queue. */
export function checkHistory(history: History, mostSteps?: number): Verdict<QueueState, Input, Output> {
  return check(modelOf(history), withoutDoubt(history.operations), mostSteps)
}

/** Plays a script. `through` may put something between the clients and their doors. */
export async function play(script: Script, through = (client: Client): Client => client): Promise<History> {
  const { partitions, leaseTimeout, expireTimeout, maxAttempts } = script
  await using daemon = await startTestDaemon({
    clock: { start: new Date(START) },
    log: 'silent',
    endpoint: '',
    seed: 1,
  })
  const queues: string[] = []
  for (let number = 0; number < script.queues; number++) {
    const options = { partitions, maxAttempts, leaseTimeout: `${leaseTimeout}ms`, expireTimeout: `${expireTimeout}ms` }
    queues.push((await daemon.createQueue({ name: `q${number + 1}`, ...options })).name)
  }
  const stage = new Stage(daemon, script, queues)
  const actors: Actor[] = []
  for (const [number, { door }] of script.clients.entries()) {
    actors.push(new Actor(stage, `${door} ${number + 1}`, through(await openDoor(daemon, door))))
  }
  const all = actors.map((actor, number) => actor.run(script.clients[number]?.steps ?? []))
  await stage.ended(Promise.all(all))
  // No queue is paused any more.
  stage.recorder.settle(() => true)
  const reader = new Actor(stage, 'reader', through(await openDoor(daemon, 'client')))
  for (const queue of queues) await end(stage, queue, reader, actors)
  return { setup: { ...script, now: START }, operations: stage.recorder.operations }
}

/** Reads what is left and deletes the queue while other calls run. */
async function end(stage: Stage, queue: string, reader: Actor, actors: readonly Actor[]): Promise<void> {
  await reader.perform({ do: 'stats' }, queue)
  for (let partition = 0; partition < stage.script.partitions; partition++) {
    await reader.perform({ do: 'list', partition }, queue)
    await reader.perform({ do: 'scheduled', partition }, queue)
  }
  const [first, second] = actors
  const lease = { do: 'lease', batchSize: 2, timeout: 300_000, shared: false } as const
  const calls = [
    first?.perform(lease, queue),
    second?.perform({ do: 'produce', delays: [0, 0, 0] }, queue),
    second?.perform(lease, queue),
    reader.perform({ ...lease, batchSize: 4 }, queue),
    reader.delete(queue),
  ]
  await stage.ended(Promise.all(calls))
}
