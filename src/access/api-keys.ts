/** API keys (docs/protocol/admin.md §2.2, §2.3 and §6). */
import { timingSafeEqual } from 'node:crypto'
import type { ExactInstant } from '../clock/exact-instant.js'
import type { Instant } from '../clock/instant.js'
import { QueratorError } from '../errors.js'
import { hashOf, prefixOf } from './key-text.js'
import { Records } from './records.js'

/** How long the server knows a key without looking it up, and noting its use, again; in milliseconds: 5 minutes. */
const KNOWN_FOR = 300_000

/** What is stored about a key. The key itself is not stored. */
export interface ApiKey {
  readonly id: string
  readonly userId: string
  /** The only namespace for which it counts; empty for all. */
  readonly namespaceScope: string
  readonly name: string
  /** Its first characters, by which its owner knows it again. */
  readonly prefix: string
  /** After this moment it counts no more; undefined for ever. */
  readonly expiresAt: ExactInstant | undefined
  readonly createdAt: Instant
  /** When it was used, to within {@link KNOWN_FOR}; undefined for a new one. */
  lastUsedAt: Instant | undefined
}

/** All keys of a daemon. */
export class ApiKeys {
  readonly #records = new Records<ApiKey>()
  /** Those that share a prefix: what tells them apart is compared in constant time. */
  readonly #byPrefix = new Map<string, { readonly record: ApiKey; readonly hash: Buffer }[]>()

  /** A page by id of all keys, or of one user's. */
  page(pivot: string, limit: number, userId: string): ApiKey[] {
    return this.#records.page(pivot, limit, (key) => userId === '' || key.userId === userId)
  }

  /** Keeps a new key, but its text only as a hash. */
  create(record: ApiKey, key: string): void {
    const same = this.#byPrefix.get(record.prefix) ?? []
    this.#byPrefix.set(record.prefix, [...same, { record, hash: hashOf(key) }])
    this.#records.add(record)
  }

  /** @throws 401 when there is none with this id */
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

  /** Returns the record of a key. @throws 401 when it does not exist or has expired */
  present(key: string, now: Instant): ApiKey {
    const hash = hashOf(key)
    const same = this.#byPrefix.get(prefixOf(key)) ?? []
    const found = same.find((one) => timingSafeEqual(one.hash, hash))?.record
    if (found === undefined) throw unknownKey()
    const { expiresAt } = found
    // At that very moment it still counts.
    const over = expiresAt !== undefined && (now > expiresAt.at || (now === expiresAt.at && expiresAt.early > 0))
    if (over) throw new QueratorError(401, 'api key has expired')
    return found
  }

  /** Notes that a key was used; not each time, as on the server. */
  used(key: ApiKey, now: Instant): void {
    if (key.lastUsedAt === undefined || now - key.lastUsedAt >= KNOWN_FOR) key.lastUsedAt = now
  }
}

function unknownKey(): QueratorError {
  return new QueratorError(401, 'api key does not exist')
}
