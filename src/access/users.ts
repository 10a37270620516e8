/** Users (docs/protocol/admin.md §5). */
import type { Instant } from '../clock/instant.js'
import { badRequest, requestFailed } from '../errors.js'
import { Records } from './records.js'

/** A user, who may have keys and roles. */
export interface User {
  readonly id: string
  readonly username: string
  readonly email: string
  /** The id of this user in another system. */
  readonly externalId: string
  readonly createdAt: Instant
}

/** Holds all users of a daemon. Usernames are unique. */
export class Users {
  readonly #records: Records<User>
  readonly #usernames = new Set<string>()

  /** `changed` gets the id of each record that changes. */
  constructor(changed: (id: string) => void) {
    this.#records = new Records(changed)
  }

  /** Returns all of them, in order of creation. */
  all(): User[] {
    return [...this.#records.values()]
  }

  get(id: string): User | undefined {
    return this.#records.get(id)
  }

  /** @throws 453 if no user has this id */
  assertExists(id: string): void {
    if (this.get(id) === undefined) throw requestFailed(`user does not exist; '${id}' was not found`)
  }

  /** Returns a page by id, see {@link Records.page}. */
  page(pivot: string, limit: number): User[] {
    return this.#records.page(pivot, limit, () => true)
  }

  /** @throws 400 if the username is taken */
  create(user: User): void {
    const { username } = user
    if (this.#usernames.has(username)) throw badRequest(`username is already taken; '${username}' is already taken`)
    this.#usernames.add(username)
    this.#records.add(user)
  }

  /** @throws 453 if no user has this id */
  delete(id: string): void {
    this.assertExists(id)
    this.#usernames.delete(this.get(id)?.username ?? '')
    this.#records.remove(id)
  }
}
