/** Role bindings (docs/protocol/admin.md §8). */
import type { Instant } from '../clock/instant.js'
import { badRequest, requestFailed } from '../errors.js'
import { Records } from './records.js'

/** Gives a user a role in the namespace of the role. */
export interface RoleBinding {
  readonly id: string
  readonly namespace: string
  readonly userId: string
  readonly roleId: string
  readonly createdAt: Instant
}

/** Holds all role bindings of a daemon. A user has the same role at most once. */
export class RoleBindings {
  readonly #records: Records<RoleBinding>
  /** Bindings by user, in order of creation. Every request reads them. */
  readonly #byUser = new Map<string, RoleBinding[]>()

  /** `changed` gets the id of each record that changes. */
  constructor(changed: (id: string) => void) {
    this.#records = new Records(changed)
  }

  /** Returns all of them, in order of creation. */
  all(): RoleBinding[] {
    return [...this.#records.values()]
  }

  get(id: string): RoleBinding | undefined {
    return this.#records.get(id)
  }

  /** Returns a user's bindings in order of creation. */
  of(userId: string): readonly RoleBinding[] {
    return this.#byUser.get(userId) ?? []
  }

  /** Returns whether a namespace has any bindings. */
  areIn(namespace: string): boolean {
    return this.#some((binding) => binding.namespace === namespace)
  }

  /** Returns whether any user has the role. */
  areTo(roleId: string): boolean {
    return this.#some((binding) => binding.roleId === roleId)
  }

  /** Returns a page by id of the bindings in a namespace. */
  page(pivot: string, limit: number, namespace: string): RoleBinding[] {
    return this.#records.page(pivot, limit, (binding) => binding.namespace === namespace)
  }

  /** @throws 400 if the user already has the role */
  create(binding: RoleBinding): void {
    const { namespace, userId, roleId } = binding
    if (this.#find(userId, roleId) !== undefined) {
      throw badRequest(
        `role binding already exists; binding for user '${userId}' to role '${roleId}' in namespace '${namespace}' already exists`,
      )
    }
    this.#byUser.set(userId, [...this.of(userId), binding])
    this.#records.add(binding)
  }

  /** Takes a role from a user. @throws 453 if the user does not have it */
  delete(namespace: string, userId: string, roleId: string): void {
    const binding = this.#find(userId, roleId)
    if (binding === undefined) {
      throw requestFailed(`role binding does not exist; '${namespace}:${userId}:${roleId}' was not found`)
    }
    this.#remove(binding)
  }

  deleteOf(userId: string): void {
    for (const binding of this.of(userId)) this.#remove(binding)
  }

  #some(which: (binding: RoleBinding) => boolean): boolean {
    for (const binding of this.#records.values()) if (which(binding)) return true
    return false
  }

  #find(userId: string, roleId: string): RoleBinding | undefined {
    return this.of(userId).find((binding) => binding.roleId === roleId)
  }

  #remove(binding: RoleBinding): void {
    const left = this.of(binding.userId).filter((one) => one !== binding)
    if (left.length > 0) this.#byUser.set(binding.userId, left)
    else this.#byUser.delete(binding.userId)
    this.#records.remove(binding.id)
  }
}
