/** The access control of a daemon: namespaces, users, keys, roles and bindings. */
import type { Instant } from '../clock/instant.js'
import { drawKsuid } from '../ids/ksuid.js'
import type { Random } from '../ids/random.js'
import type { AccessImage, AccessKind, KeepsAccess } from './access-image.js'
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
  /** Keeps all records. Default: nothing does. */
  readonly keeper?: KeepsAccess | undefined
}

/** Holds a daemon's namespaces, users, keys, roles and bindings. They exist in every mode (D12). */
export class Access {
  readonly auth: AuthBackend
  namespaces!: Namespaces
  users!: Users
  apiKeys!: ApiKeys
  roles!: Roles
  bindings!: RoleBindings
  readonly #keeper: KeepsAccess | undefined
  readonly #random: Random
  readonly #seeded: boolean
  /** The id of `Admin` in `_system`. */
  #adminRole = ''

  constructor({ auth, random, seeded, now, keeper }: AccessOptions) {
    this.auth = auth
    this.#random = random
    this.#seeded = seeded
    this.#keeper = keeper
    this.reset(now)
  }

  /** Forgets everything, and begins again. */
  reset(now: Instant): void {
    const before = this.namespaces === undefined ? undefined : this.image()
    this.#beginEmpty(now, this.#keeper)
    this.#forget(before)
    if (this.auth === 'internal') this.#bootstrap(now)
  }

  /** Returns a record as it is stored. `undefined` if there is none. */
  find(kind: AccessKind, id: string): object | undefined {
    if (kind === 'namespace') return this.namespaces.find(id)
    if (kind === 'api-key') return this.apiKeys.find(id)
    return { user: this.users, role: this.roles, 'role-binding': this.bindings }[kind].get(id)
  }

  /** Returns all records. */
  image(): AccessImage {
    const { namespaces, users, apiKeys, roles, bindings } = this
    return {
      namespaces: namespaces.all(),
      users: users.all(),
      apiKeys: apiKeys.all(),
      roles: roles.all(),
      bindings: bindings.all(),
    }
  }

  /**
   * Takes records in place of its own. Then it begins as at each start: standard roles that are missing come back, and so does the open door
   * (docs/protocol/admin.md §2.6), unless `isCopy`. With `isKept`, the records come from where they are kept; else they are written there.
   */
  restore(image: AccessImage, now: Instant, isKept: boolean, isCopy = false): void {
    const before = isKept ? undefined : this.image()
    let isLoading = isKept
    this.#beginEmpty(now, {
      changed: (kind, id) => {
        if (!isLoading) this.#keeper?.changed(kind, id)
      },
    })
    this.#forget(before)
    for (const namespace of image.namespaces) this.namespaces.add(namespace)
    for (const user of image.users) this.users.create(user)
    for (const key of image.apiKeys) this.apiKeys.add({ ...key, record: { ...key.record } })
    for (const role of image.roles) this.roles.create(role)
    for (const binding of image.bindings) this.bindings.create(binding)
    isLoading = false
    if (this.auth === 'internal') this.#bootstrap(now, !isCopy)
  }

  /** What was there before is gone from where it is kept, unless it is added again. */
  #forget(before: AccessImage | undefined): void {
    if (this.#keeper === undefined || before === undefined) return
    for (const [kind, id] of idsIn(before)) this.#keeper.changed(kind, id)
  }

  #beginEmpty(now: Instant, keeper: KeepsAccess | undefined): void {
    const changed = (kind: AccessKind) => (id: string) => keeper?.changed(kind, id)
    this.namespaces = new Namespaces(now, changed('namespace'))
    this.users = new Users(changed('user'))
    this.apiKeys = new ApiKeys(changed('api-key'))
    this.roles = new Roles(changed('role'))
    this.bindings = new RoleBindings(changed('role-binding'))
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
    if (this.users.get(closedBy) !== undefined) this.deleteUser(closedBy)
    this.#bindAnonymous(now)
  }

  /** Creates the standard roles and with `opensDoor` makes callers without a key administrators, as far as that is missing (docs/protocol/admin.md §2.6). */
  #bootstrap(now: Instant, opensDoor = true): void {
    if (this.users.get(ANONYMOUS) === undefined)
      this.users.create({ id: ANONYMOUS, username: ANONYMOUS, email: '', externalId: '', createdAt: now })
    const namespace = SYSTEM_NAMESPACE
    for (const [name, permissions] of STANDARD_ROLES) {
      const found = this.roles.find(namespace, name)
      if (found?.permissions.join() === permissions.join()) continue
      if (found !== undefined) {
        this.roles.update(found, permissions)
        continue
      }
      this.roles.create({ id: this.newId(now), namespace, name, permissions, createdAt: now })
    }
    this.#adminRole = this.roles.require(namespace, ADMIN).id
    if (opensDoor) this.#bindAnonymous(now)
  }

  #bindAnonymous(now: Instant): void {
    const isOpen = this.bindings.of(ANONYMOUS).some((binding) => binding.roleId === this.#adminRole)
    if (isOpen) return
    const [id, roleId] = [this.newId(now), this.#adminRole]
    this.bindings.create({ id, namespace: SYSTEM_NAMESPACE, userId: ANONYMOUS, roleId, createdAt: now })
  }
}

/** Returns the kind and the id of each record. */
function idsIn({ namespaces, users, apiKeys, roles, bindings }: AccessImage): [AccessKind, string][] {
  return [
    ...namespaces.map(({ name }): [AccessKind, string] => ['namespace', name]),
    ...users.map(({ id }): [AccessKind, string] => ['user', id]),
    ...apiKeys.map(({ record }): [AccessKind, string] => ['api-key', record.id]),
    ...roles.map(({ id }): [AccessKind, string] => ['role', id]),
    ...bindings.map(({ id }): [AccessKind, string] => ['role-binding', id]),
  ]
}
