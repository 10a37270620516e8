/** The clients of a walk over crashes. They note what they send, and what they are told. */
import type { TestDaemon } from '../../src/index.js'
import type { Batch, Held, Ledger } from './crash-ledger.js'
import { instantOf, unlessAnswer } from './crash-state.js'
import type { QueueName, StepOf } from './crash-steps.js'

const TIMEOUT = '14m'

/** Makes calls, without waiting for their replies. */
export class Clients {
  daemon: TestDaemon
  readonly #ledger: Ledger
  #calls: Promise<void>[] = []
  #leases: Promise<void>[] = []
  /** The ids of users by name. */
  #deletions = 0
  readonly #users = new Map<string, string>()

  constructor(daemon: TestDaemon, ledger: Ledger) {
    this.daemon = daemon
    this.#ledger = ledger
  }

  /** Resolves when all calls have a reply, except leases that wait. */
  async answered(): Promise<void> {
    await Promise.all(this.#calls.splice(0))
  }

  /** Resolves when all calls have ended. */
  async ended(): Promise<void> {
    await this.answered()
    await Promise.all(this.#leases.splice(0))
  }

  produce({ queue, delays }: StepOf<'produce'>): void {
    const batch = this.#ledger.sent(queue, delays.length)
    const items = batch.references.map((reference, index) => ({
      reference,
      ...this.#later('enqueueAt', delays[index]),
    }))
    this.#call(this.#client.queueProduce({ queueName: queue, requestTimeout: TIMEOUT, items }), ...noted(batch))
  }

  import({ queue, partition, count, source }: StepOf<'import'>): void {
    const batch = this.#ledger.sent(queue, source === null ? count : 1)
    const expireDeadline = new Date(this.daemon.clock.now() + 3_600_000)
    const items = batch.references.map((reference) => {
      return { reference, expireDeadline, attempts: 1, ...(source === null ? {} : { sourceId: `source-${source}` }) }
    })
    const [yes, no] = noted(batch)
    const importing = this.#client.storageItemsImport({ queueName: queue, partition, items: items as never })
    this.#call(
      importing.then(({ items: [first] }) => {
        if (first?.id === '') batch.outcome = 'never'
        else yes()
      }),
      () => undefined,
      no,
    )
  }

  lease({ queue, client, batchSize }: StepOf<'lease'>): void {
    const request = { queueName: queue, clientId: `client-of-walk-${client}`, batchSize, requestTimeout: TIMEOUT }
    const leasing = this.#client.queueLease(request).then(({ partition, items }) => {
      for (const { id, reference, attempts, leaseDeadline } of items) {
        this.#ledger.leased({ queue, partition, id, reference, attempts, leaseDeadline: instantOf(leaseDeadline) })
      }
    })
    this.#leases.push(leasing.catch(unlessAnswer))
  }

  complete({ which }: StepOf<'complete'>): void {
    const held = this.#some(which)
    const [{ queue, partition } = { queue: '', partition: 0 }] = held
    if (held.length === 0) return
    this.#ledger.asked(held, true)
    const ids = held.map(({ id }) => id)
    const request = { queueName: queue, partition, ids, requestTimeout: TIMEOUT }
    this.#call(this.#client.queueComplete(request), () => this.#ledger.finished(ids, 'completed'))
  }

  /** Leases what is free in a partition, and completes it. */
  async takeOut(queueName: QueueName): Promise<void> {
    const request = { queueName, clientId: 'last', batchSize: 100, requestTimeout: TIMEOUT }
    const { partition, items } = await this.#client.queueLease(request)
    this.#ledger.asked(items, true)
    const ids = items.map(({ id }) => id)
    await this.#client.queueComplete({ queueName, partition, ids, requestTimeout: TIMEOUT })
    this.#ledger.finished(ids, 'completed')
  }

  retry({ which, delay, dead }: StepOf<'retry'>): void {
    const held = this.#some(which)
    const [{ queue, partition } = { queue: '', partition: 0 }] = held
    if (held.length === 0) return
    this.#ledger.asked(held, dead)
    const items = held.map(({ id }) => ({ id, dead, ...this.#later('retryAt', delay) }))
    this.#call(this.#client.queueRetry({ queueName: queue, partition, items }), () => {
      // One that is retried for later keeps its id until then.
      if (dead || delay === undefined)
        this.#ledger.finished(
          items.map(({ id }) => id),
          'retried',
        )
    })
  }

  delete({ which }: StepOf<'delete'>): void {
    const [one] = this.#some(which)
    if (one === undefined) return
    this.#ledger.asked([one], true)
    const { queue: queueName, partition, id } = one
    this.#call(this.#client.storageItemsDelete({ queueName, partition, ids: [id] }), () => {
      this.#ledger.finished([id], 'deleted')
    })
  }

  clear({ queue, scheduled }: StepOf<'clear'>): void {
    this.#ledger.askedAll(queue)
    this.#call(this.#client.queueClear({ queueName: queue, queue: !scheduled, scheduled, destructive: true }))
  }

  queue({ how, attempts }: StepOf<'queue'>): void {
    if (how === 'create') this.create(attempts)
    else if (how === 'update') {
      const options = { queueName: 'x', maxAttempts: attempts, deadQueue: attempts === 1 ? 'd' : '' }
      this.#call(this.#client.queuesUpdate(options))
    } else {
      this.#ledger.askedAll('x')
      this.#ledger.may('queue x')
      this.#deletions++
      this.#call(this.#client.queuesDelete({ queueName: 'x', force: true }))
    }
  }

  /** Creates the queue that comes and goes. */
  create(maxAttempts: number): void {
    const options = { queueName: 'x', requestedPartitions: 2, leaseTimeout: '30s', expireTimeout: '1h', maxAttempts }
    const before = this.#deletions
    this.#call(this.#client.queuesCreate(options), () => {
      if (before === this.#deletions) this.#ledger.must('queue x')
    })
  }

  access({ how }: StepOf<'access'>): void {
    const name = this.#ledger.newName(how)
    const told = () => this.#ledger.must(`${how} ${name}`)
    const [[user, userId] = ['', '']] = this.#users
    if (how === 'user') {
      const creating = this.#client.usersCreate({ username: name }).then(({ id }) => this.#users.set(name, id))
      this.#call(creating, told)
    } else if (how === 'role') {
      this.#call(this.#client.rolesCreate({ namespace: '_system', name, permissions: ['queue.lease'] }), told)
    } else if (how === 'namespace') this.#call(this.#client.namespacesCreate({ name }), told)
    else if (userId === '') return
    // Deleting the user deletes its keys.
    else if (how === 'key') this.#call(this.#client.apiKeysCreate({ userId, name }))
    else {
      this.#users.delete(user)
      this.#ledger.may(`user ${user}`)
      this.#call(this.#client.usersDelete({ id: userId }))
    }
  }

  get #client() {
    return this.daemon.client
  }

  /** Returns leased items of one partition. */
  #some(which: number): Held[] {
    const held = [...this.#ledger.held.values()]
    const first = held[which % held.length]
    return held.filter(({ queue, partition }) => queue === first?.queue && partition === first.partition).slice(0, 2)
  }

  #later<K extends string>(field: K, seconds: number | undefined): { [_ in K]?: Date } {
    const object: { [_ in K]?: Date } = {}
    if (seconds !== undefined) object[field] = new Date(this.daemon.clock.now() + seconds * 1000)
    return object
  }

  #call(call: Promise<unknown>, yes: () => void = () => undefined, no: () => void = () => undefined): void {
    this.#calls.push(
      call.then(yes, (error: unknown) => {
        no()
        unlessAnswer(error)
      }),
    )
  }
}

function noted(batch: Batch): [yes: () => void, no: () => void] {
  return [
    () => {
      batch.outcome = 'there'
    },
    () => {
      batch.outcome = 'unknown'
    },
  ]
}
