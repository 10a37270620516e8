/** Keeps the access control of a daemon in the storage of its queues. */
import type { AccessImage, AccessKind, KeepsAccess } from '../access/access-image.js'
import type { Storage } from '../storage/storage.js'
import type { BatchBuilder, Changed } from './batch-builder.js'
import type { Journal } from './journal.js'

/** A record, with its place in the order of creation. */
interface Placed {
  readonly order: number
}

/** Finds a record as it is now. `undefined` if it is gone. */
export type FindRecord = (kind: AccessKind, id: string) => object | undefined

/** Takes the changes of users, keys, roles, bindings and namespaces. */
export class KeptAccess implements KeepsAccess, Changed {
  readonly #journal: Journal
  readonly #storage: Storage | undefined
  readonly #find: FindRecord
  readonly #changed = new Map<string, readonly [kind: AccessKind, id: string]>()
  readonly #orders = new Map<string, number>()
  #lastOrder = 0

  /** Without a storage, nothing is kept. */
  constructor(journal: Journal, storage: Storage | undefined, find: FindRecord) {
    this.#journal = journal
    this.#storage = storage
    this.#find = find
  }

  changed(kind: AccessKind, id: string): void {
    if (this.#storage === undefined) return
    this.#changed.set(keyOf(kind, id), [kind, id])
    // One that comes again later has a place of its own.
    if (this.#find(kind, id) === undefined) this.#orders.delete(keyOf(kind, id))
    this.#journal.changed(this.#storage, this)
  }

  /** Takes a record from the storage. */
  loaded(kind: AccessKind, id: string, { order }: Placed): void {
    this.#orders.set(keyOf(kind, id), order)
    this.#lastOrder = Math.max(this.#lastOrder, order)
  }

  collect(batch: BatchBuilder): void {
    for (const [key, [kind, id]] of this.#changed) {
      const record = this.#find(kind, id)
      if (record === undefined) this.#orders.delete(key)
      else if (!this.#orders.has(key)) this.#orders.set(key, ++this.#lastOrder)
      batch.record(kind, id, record && { order: this.#orders.get(key), record: storable(record) })
    }
    this.#changed.clear()
  }
}

/** The hash of a key is bytes. */
function storable(record: object): object {
  const { hash } = record as { hash?: Uint8Array }
  return hash === undefined ? record : { ...record, hash: Buffer.from(hash).toString('base64') }
}

function keyOf(kind: AccessKind, id: string): string {
  return `${kind} ${id}`
}

type Loaded = { readonly kind: string; readonly order: number; readonly record: object }

/** Returns the records of the storage, in order of creation. */
export function accessImageOf(loaded: readonly Loaded[]): AccessImage {
  const sorted = [...loaded].sort((a, b) => a.order - b.order)
  const of = <T>(kind: AccessKind) => sorted.filter((one) => one.kind === kind).map(({ record }) => record as T)
  const apiKeys = of<{ hash: string; record: AccessImage['apiKeys'][number]['record'] }>('api-key')
  return {
    namespaces: of('namespace'),
    users: of('user'),
    apiKeys: apiKeys.map(({ hash, record }) => ({ record, hash: Buffer.from(hash, 'base64') })),
    roles: of('role'),
    bindings: of('role-binding'),
  }
}
