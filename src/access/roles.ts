/** Roles (docs/protocol/admin.md §7). */
import type { Instant } from '../clock/instant.js'
import { badRequest, requestFailed } from '../errors.js'
import { Records } from './records.js'

/** A named list of permissions in a namespace. */
export interface Role {
  readonly id: string
  readonly namespace: string
  readonly name: string
  /** The permissions as they were given, with order and duplicates kept. */
  readonly permissions: readonly string[]
  readonly createdAt: Instant
}

/** Holds all roles of a daemon. Names are unique within a namespace. */
export class Roles {
  readonly #records: Records<Role>
  /** Ids by namespace and name. */
  readonly #ids = new Map<string, Map<string, string>>()

  /** `changed` gets the id of each record that changes. */
  constructor(changed: (id: string) => void) {
    this.#records = new Records(changed)
  }

  /** Returns all of them, in order of creation. */
  all(): Role[] {
    return [...this.#records.values()]
  }

  get(id: string): Role | undefined {
    return this.#records.get(id)
  }

  find(namespace: string, name: string): Role | undefined {
    return this.get(this.#ids.get(namespace)?.get(name) ?? '')
  }

  /** @throws 453 if the namespace has no role with this name */
  require(namespace: string, name: string): Role {
    const role = this.find(namespace, name)
    if (role !== undefined) return role
    throw requestFailed(`role does not exist; '${namespace}:${name}' was not found`)
  }

  /** Returns whether a namespace has any roles. */
  areIn(namespace: string): boolean {
    return this.#ids.has(namespace)
  }

  /** Returns a page by id of the roles in a namespace. */
  page(pivot: string, limit: number, namespace: string): Role[] {
    return this.#records.page(pivot, limit, (role) => role.namespace === namespace)
  }

  /** @throws 400 if the name is taken in the namespace */
  create(role: Role): void {
    const { id, namespace, name } = role
    if (this.find(namespace, name) !== undefined) {
      throw badRequest(`role already exists; '${namespace}:${name}' already exists`)
    }
    const ids = this.#ids.get(namespace) ?? new Map<string, string>()
    this.#ids.set(namespace, ids.set(name, id))
    this.#records.add(role)
  }

  /** Replaces the permissions of a role. */
  update(role: Role, permissions: readonly string[]): void {
    this.#records.replace({ ...role, permissions })
  }

  delete({ id, namespace, name }: Role): void {
    const ids = this.#ids.get(namespace)
    ids?.delete(name)
    if (ids?.size === 0) this.#ids.delete(namespace)
    this.#records.remove(id)
  }
}
