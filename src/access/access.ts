/** The access control of a daemon: namespaces, users, keys, roles and bindings. */
import type { Instant } from '../clock/instant.js'
import { drawKsuid } from '../ids/ksuid.js'
import type { Random } from '../ids/random.js'
import { ApiKeys } from './api-keys.js'
import { ENTROPY_BYTES } from './key-text.js'
import { Namespaces, SYSTEM_NAMESPACE } from './namespaces.js'
import { ADMIN, STANDARD_ROLES } from './permissions.js'
import { RoleBindings } from './role-bindings.js'
import { Roles } from './roles.js'
import { Users } from './users.js'

/** The values of {@link AuthBackend}. */
export const AUTH_BACKENDS = ['none', 'internal'] as const
/** Whether a daemon checks keys and permissions: `internal` checks them, `none` does not. */
export type AuthBackend = (typeof AUTH_BACKENDS)[number]

/** The id and the name of callers without a key. */
export const ANONYMOUS = 'anonymous'

/** The options of {@link Access}. */
export interface AccessOptions {
  readonly auth: AuthBackend
  readonly random: Random
  /** Whether keys come from `random` too, so that a run can be repeated. Otherwise they come from the machine's random source. */
  readonly seeded: boolean
  readonly now: Instant
}

/** Holds a daemon's namespaces, users, keys, roles and bindings. They exist in every mode (D12). */
export class Access {
  readonly auth: AuthBackend
  namespaces: Namespaces
  users = new Users()
  apiKeys = new ApiKeys()
  roles = new Roles()
  bindings = new RoleBindings()
  readonly #random: Random
  readonly #seeded: boolean
  /** The id of `Admin` in `_system`. */
  #adminRole = ''

  constructor({ auth, random, seeded, now }: AccessOptions) {
    this.auth = auth
    this.#random = random
    this.#seeded = seeded
    this.namespaces = new Namespaces(now)
    if (auth === 'internal') this.#bootstrap(now)
  }

  /** Forgets everything, and begins again. */
  reset(now: Instant): void {
    this.namespaces = new Namespaces(now)
    this.users = new Users()
    this.apiKeys = new ApiKeys()
    this.roles = new Roles()
    this.bindings = new RoleBindings()
    if (this.auth === 'internal') this.#bootstrap(now)
  }

  /** Returns a new id for a user, key, role or binding. */
  newId(now: Instant): string {
    return drawKsuid(now, this.#random)
  }

  /** Returns the random bytes of a new key. */
  newEntropy(): Uint8Array {
    return this.#seeded
      ? Uint8Array.from({ length: ENTROPY_BYTES }, () => this.#random() >>> 24)
      : process.getBuiltinModule('node:crypto').randomBytes(ENTROPY_BYTES)
  }

  /** Removes a user with all bindings and keys. @throws 453 if no user has this id */
  deleteUser(id: string): void {
    this.users.delete(id)
    this.bindings.deleteOf(id)
    this.apiKeys.deleteOf(id)
  }

  /** Lets callers without a key in again after a test locked them out. Removes the user `closedBy` if it still exists. */
  openDoor(closedBy: string, now: Instant): void {
    if (this.users.find(closedBy) !== undefined) this.deleteUser(closedBy)
    const isOpen = this.bindings.of(ANONYMOUS).some(({ roleId }) => roleId === this.#adminRole)
    if (!isOpen) this.#bindAnonymous(now)
  }

  /** Creates the standard roles and makes callers without a key administrators (docs/protocol/admin.md §2.6). */
  #bootstrap(now: Instant): void {
    this.users.create({ id: ANONYMOUS, username: ANONYMOUS, email: '', externalId: '', createdAt: now })
    const namespace = SYSTEM_NAMESPACE
    for (const [name, permissions] of STANDARD_ROLES) {
      this.roles.create({ id: this.newId(now), namespace, name, permissions, createdAt: now })
    }
    this.#adminRole = this.roles.require(namespace, ADMIN).id
    this.#bindAnonymous(now)
  }

  #bindAnonymous(now: Instant): void {
    const [id, roleId] = [this.newId(now), this.#adminRole]
    this.bindings.create({ id, namespace: SYSTEM_NAMESPACE, userId: ANONYMOUS, roleId, createdAt: now })
  }
}
