/** What the clients of a walk were told, and what must be there because of that. */
import type { ShownItem, ShownState } from './crash-state.js'

/** Items that came in one call. They are there together, or not at all. */
export interface Batch {
  readonly queue: string
  readonly references: readonly string[]
  outcome: 'under way' | 'unknown' | 'there' | 'never'
}

/** A leased item, as its consumer knows it. */
export interface Held {
  readonly queue: string
  readonly partition: number
  readonly id: string
  readonly reference: string
  readonly attempts: number
  readonly leaseDeadline: number
}

/** Keeps account of a walk. */
export class Ledger {
  /** Leases that were answered, and about which nothing was said since. */
  readonly held = new Map<string, Held>()
  readonly #batches: Batch[] = []
  /** The references of items that may have ended: someone asked for it, or a deadline passed. */
  readonly #mayHaveEnded = new Set<string>()
  /** How often an item went to the dead letter queue, by its reference. */
  readonly #died = new Map<string, number>()
  /** Ids of items that have ended, and how. */
  readonly #endedIds = new Map<string, string>()
  /** All ids of each item in each queue, the newest last. */
  readonly #ids = new Map<string, string[]>()
  readonly #owners = new Map<string, string>()
  /** Users, keys, roles and namespaces that must be there, as `kind name`. */
  readonly #access = new Set<string>()
  /** The latest time so far. What was due then is due, although another daemon may have begun earlier. */
  #latest = 0
  #made = 0

  /** It is this time now. */
  time(now: number): void {
    this.#latest = Math.max(this.#latest, now)
  }

  /** Returns a name that nothing has had. */
  newName(kind: string): string {
    return `${kind}-${this.#made++}`
  }

  /** Items are sent. */
  sent(queue: string, count: number): Batch {
    const references = Array.from({ length: count }, () => this.newName('item'))
    const batch: Batch = { queue, references, outcome: 'under way' }
    this.#batches.push(batch)
    return batch
  }

  /** Someone asks to end items. Their leases are not known any more. */
  asked(items: readonly { id: string; reference: string }[], ends: boolean): void {
    for (const { id, reference } of items) {
      this.held.delete(id)
      if (ends) this.#mayHaveEnded.add(reference)
    }
  }

  /** Someone asks to end everything in a queue. */
  askedAll(queue: string): void {
    for (const batch of this.#batches) {
      if (batch.queue === queue || queue === 'd') for (const one of batch.references) this.#mayHaveEnded.add(one)
    }
    for (const [id, held] of this.held) if (held.queue === queue) this.held.delete(id)
  }

  /** A deadline has ended an item, by the rules. */
  ended(reference: string): void {
    this.#mayHaveEnded.add(reference)
  }

  /** A copy of an item went to the dead letter queue, by the rules. */
  died(reference: string): void {
    this.#died.set(reference, (this.#died.get(reference) ?? 0) + 1)
  }

  /** The daemon said that these items have ended. */
  finished(ids: readonly string[], how: string): void {
    for (const id of ids) this.#endedIds.set(id, how)
  }

  leased(held: Held): void {
    this.#saw(held.queue, held.reference, held.id)
    this.held.set(held.id, held)
  }

  /** The daemon said that this is there. */
  must(record: string): void {
    this.#access.add(record)
  }

  /** This may be gone. */
  may(record: string): void {
    this.#access.delete(record)
  }

  /** Everything is gone, as memory is. */
  lost(what: 'items' | 'all'): void {
    for (const batch of this.#batches) batch.outcome = 'never'
    this.held.clear()
    if (what === 'all') this.lostAccess()
  }

  lostAccess(): void {
    this.#access.clear()
  }

  /** Compares all that with a state in which no call is under way. */
  check(state: ShownState): void {
    this.time(state.now)
    const places = new Map<string, ShownItem[]>()
    for (const item of state.items) {
      places.set(item.reference, [...(places.get(item.reference) ?? []), item])
      this.#saw(item.queue, item.reference, item.id)
    }
    for (const [reference, found] of places) this.#checkOnce(reference, found)
    for (const batch of this.#batches) this.#checkBatch(batch, places)
    checkOrder(state.items)
    this.#checkLeases(state)
    const queues = [...state.queues.values()]
    const shown = [...state.access, ['queue', queues] as const].flatMap(([kind, records]) =>
      records.map((record) => `${kind} ${record}`),
    )
    for (const record of this.#access) {
      const [kind, name] = record.split(' ') as [string, string]
      const isThere = shown.some((one) => one.startsWith(kind) && one.includes(`"${name}"`))
      if (!isThere) throw new Error(`the ${record} is lost`)
    }
  }

  /** Nothing is twice, except an overdue item that waits for its end beside its copies. */
  #checkOnce(reference: string, found: readonly ShownItem[]): void {
    if (found.length === 1) return
    const copies = found.filter(({ queue }) => queue === 'd').length
    const others = found.filter(({ queue }) => queue !== 'd')
    const isOver = others.every(({ leased, leaseDeadline, expireDeadline }) => {
      return (leased && leaseDeadline <= this.#latest) || expireDeadline <= this.#latest
    })
    // One that is leased once more beside its copy gets a new id, and one more copy.
    if (others.length <= 1 && isOver && copies <= (this.#died.get(reference) ?? 0)) return
    throw new Error(`an item is there twice: ${found.map((item) => `${item.queue} ${item.all}`).join('; ')}`)
  }

  #checkBatch(batch: Batch, places: ReadonlyMap<string, unknown>): void {
    const there = batch.references.filter((one) => places.has(one))
    const missing = batch.references.filter((one) => !places.has(one) && !this.#mayHaveEnded.has(one))
    const told = `${batch.references.join(', ')} for ${batch.queue}`
    if (batch.outcome === 'never' && there.length > 0) throw new Error(`items are back: ${there.join(', ')} of ${told}`)
    if (batch.outcome === 'there' && missing.length > 0) throw new Error(`lost: ${missing.join(', ')} of ${told}`)
    if (batch.outcome !== 'unknown') return
    if (there.length > 0 && missing.length > 0) throw new Error(`only a part is there: ${there.join(', ')} of ${told}`)
    if (there.length > 0) batch.outcome = 'there'
    else if (missing.length === batch.references.length) batch.outcome = 'never'
  }

  #checkLeases({ items }: ShownState): void {
    const byId = new Map(items.map((item) => [item.id, item]))
    for (const [id, held] of this.held) {
      const isOpen = held.leaseDeadline > this.#latest && !this.#mayHaveEnded.has(held.reference)
      if (!isOpen || this.#died.has(held.reference)) continue
      const { queue, partition, leased, attempts, leaseDeadline } = byId.get(id) ?? {}
      const is = { queue, partition, leased, attempts, leaseDeadline }
      const { queue: q, partition: p, attempts: a, leaseDeadline: l } = held
      const was = { queue: q, partition: p, leased: true, attempts: a, leaseDeadline: l }
      if (JSON.stringify(is) !== JSON.stringify(was)) {
        throw new Error(`the lease of ${held.reference} was ${JSON.stringify(was)}, and is ${JSON.stringify(is)}`)
      }
    }
  }

  /** Ids are given out once, and an item never gets an old one back. */
  #saw(queue: string, reference: string, id: string): void {
    const owner = this.#owners.get(id) ?? reference
    this.#owners.set(id, owner)
    if (owner !== reference) throw new Error(`${reference} in ${queue} has the id ${id}, which ${owner} had`)
    const how = this.#endedIds.get(id)
    if (how !== undefined) throw new Error(`${reference} is back in ${queue} as ${id}, which was ${how}`)
    const key = `${queue} ${reference}`
    const ids = this.#ids.get(key) ?? []
    this.#ids.set(key, ids)
    if (ids.at(-1) === id) return
    // In a dead letter queue, these may be two copies.
    if (ids.includes(id) && queue !== 'd') throw new Error(`${key} has its old id ${id} again, after ${ids.at(-1)}`)
    ids.push(id)
  }
}

function checkOrder(items: readonly ShownItem[]): void {
  const last = new Map<string, string>()
  const sources = new Set<string>()
  for (const { queue, partition, scheduled, id, sourceId } of items) {
    const place = `${queue}/${partition}${scheduled ? ' scheduled' : ''}`
    if (id <= (last.get(place) ?? '')) throw new Error(`${id} is listed after ${last.get(place)} in ${place}`)
    last.set(place, id)
    const source = `${queue}/${partition} ${sourceId}`
    if (sourceId !== '' && sources.has(source)) throw new Error(`the source id ${source} is there twice`)
    sources.add(source)
  }
}
