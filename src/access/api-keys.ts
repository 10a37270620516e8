/** API keys (docs/protocol/admin.md §2.2, §2.3 and §6). */
import type { ExactInstant } from '../clock/exact-instant.js'
import type { Instant } from '../clock/instant.js'
import { QueratorError } from '../errors.js'
import { hashOf, prefixOf } from './key-text.js'
import { Records } from './records.js'

/** How long the server caches a key, in milliseconds: 5 minutes. Within that time `lastUsedAt` does not change. */
const KNOWN_FOR = 300_000

/** The stored record of a key. The key itself is not stored. */
export interface ApiKey {
  readonly id: string
  readonly userId: string
  /** The only namespace in which the key is valid. Empty for all. */
  readonly namespaceScope: string
  readonly name: string
  /** The first characters of the key, by which its owner recognizes it. */
  readonly prefix: string
  /** The last moment at which the key is valid. `undefined` if it does not expire. */
  readonly expiresAt: ExactInstant | undefined
  readonly createdAt: Instant
  /** The last use, to within {@link KNOWN_FOR}. `undefined` for a new key. */
  lastUsedAt: Instant | undefined
}

/** A key as it is stored: its hash stands for its text. */
export interface StoredKey {
  readonly record: ApiKey
  readonly hash: Buffer
}

/** All keys of a daemon. */
export class ApiKeys {
  readonly #records: Records<ApiKey>
  /** Records by prefix. Their hashes are compared in constant time. */
  readonly #byPrefix = new Map<string, StoredKey[]>()
  readonly #changed: (id: string) => void

  /** `changed` gets the id of each record that changes. */
  constructor(changed: (id: string) => void) {
    this.#records = new Records(changed)
    this.#changed = changed
  }

  /** Returns all of them, in order of creation. */
  all(): StoredKey[] {
    return [...this.#records.values()].flatMap(({ id }) => this.find(id) ?? [])
  }

  find(id: string): StoredKey | undefined {
    const record = this.#records.get(id)
    return record && this.#byPrefix.get(record.prefix)?.find((one) => one.record === record)
  }

  /** Returns a page by id of all keys, or of one user's keys. */
  page(pivot: string, limit: number, userId: string): ApiKey[] {
    return this.#records.page(pivot, limit, (key) => userId === '' || key.userId === userId)
  }

  /** Stores a new key. Its text is stored only as a hash. */
  create(record: ApiKey, key: string): void {
    this.add({ record, hash: hashOf(key) })
  }

  /** Adds a key that was stored elsewhere. */
  add(key: StoredKey): void {
    const { record } = key
    this.#byPrefix.set(record.prefix, [...(this.#byPrefix.get(record.prefix) ?? []), key])
    this.#records.add(record)
  }

  /** @throws 401 if no key has this id */
  delete(id: string): void {
    const record = this.#records.get(id)
    if (record === undefined) throw unknownKey()
    this.#records.remove(id)
    const same = this.#byPrefix.get(record.prefix)?.filter((one) => one.record !== record) ?? []
    if (same.length > 0) this.#byPrefix.set(record.prefix, same)
    else this.#byPrefix.delete(record.prefix)
  }

  deleteOf(userId: string): void {
    for (const key of [...this.#records.values()]) if (key.userId === userId) this.delete(key.id)
  }

  /** Returns the record of a key. @throws 401 if the key does not exist or has expired */
  present(key: string, now: Instant): ApiKey {
    const hash = hashOf(key)
    const same = this.#byPrefix.get(prefixOf(key)) ?? []
    const found = same.find((one) => process.getBuiltinModule('node:crypto').timingSafeEqual(one.hash, hash))?.record
    if (found === undefined) throw unknownKey()
    const { expiresAt } = found
    // At the moment of expiry the key is still valid.
    const over = expiresAt !== undefined && (now > expiresAt.at || (now === expiresAt.at && expiresAt.early > 0))
    if (over) throw new QueratorError(401, 'api key has expired')
    return found
  }

  /** Records the use of a key, but not every use: the server does the same. */
  used(key: ApiKey, now: Instant): void {
    if (key.lastUsedAt !== undefined && now - key.lastUsedAt < KNOWN_FOR) return
    key.lastUsedAt = now
    this.#changed(key.id)
  }
}

function unknownKey(): QueratorError {
  return new QueratorError(401, 'api key does not exist')
}
