/** Namespaces, in the order of their creation (docs/protocol/admin.md §4). */
import type { Instant } from '../clock/instant.js'
import { badRequest, type QueratorError, requestFailed } from '../errors.js'

/** The namespace that always exists, and that an empty one means (docs/protocol/admin.md Q20). */
export const SYSTEM_NAMESPACE = '_system'

/** A namespace, which separates queues, roles and keys of different owners. */
export interface Namespace {
  readonly name: string
  readonly description: string
  /** What the keys of this namespace are marked with; empty for none. */
  readonly apiKeyTag: string
  readonly createdAt: Instant
}

/** All namespaces of a daemon. Names are unique. */
export class Namespaces {
  readonly #byName = new Map<string, Namespace>()

  constructor(now: Instant) {
    this.#byName.set(SYSTEM_NAMESPACE, { name: SYSTEM_NAMESPACE, description: '', apiKeyTag: '', createdAt: now })
  }

  find(name: string): Namespace | undefined {
    return this.#byName.get(name)
  }

  /** In the order of creation, `_system` first. */
  all(): Namespace[] {
    return [...this.#byName.values()]
  }

  /** @throws 453 when there is none of that name */
  assertExists(name: string): void {
    if (!this.#byName.has(name)) throw missing(name)
  }

  /** @throws 400 when the name is taken */
  create(namespace: Namespace): void {
    const { name } = namespace
    if (this.#byName.has(name)) throw badRequest(`namespace already exists; '${name}' already exists`)
    this.#byName.set(name, namespace)
  }

  /** Replaces description and tag, and keeps the creation time (D14). @throws 453 when there is none of that name */
  update({ name, description, apiKeyTag }: Omit<Namespace, 'createdAt'>): void {
    const stored = this.#byName.get(name)
    if (stored === undefined) throw missing(name)
    this.#byName.set(name, { ...stored, description, apiKeyTag })
  }

  /** @throws 453 when there is none of that name */
  delete(name: string): void {
    if (!this.#byName.delete(name)) throw missing(name)
  }
}

function missing(name: string): QueratorError {
  return requestFailed(`namespace does not exist; '${name}' was not found`)
}
