/** Namespaces, in order of creation (docs/protocol/admin.md §4). */
import type { Instant } from '../clock/instant.js'
import { badRequest, type QueratorError, requestFailed } from '../errors.js'

/** The namespace that always exists. An empty name means it too (docs/protocol/admin.md Q20). */
export const SYSTEM_NAMESPACE = '_system'

/** A namespace, which separates queues, roles and keys of different owners. */
export interface Namespace {
  readonly name: string
  readonly description: string
  /** The tag in the keys of this namespace. Empty for none. */
  readonly apiKeyTag: string
  readonly createdAt: Instant
}

/** Holds all namespaces of a daemon. Names are unique. */
export class Namespaces {
  readonly #byName = new Map<string, Namespace>()

  readonly #changed: (name: string) => void

  /** `changed` gets the name of each namespace that changes. */
  constructor(now: Instant, changed: (name: string) => void) {
    this.#changed = changed
    this.#set({ name: SYSTEM_NAMESPACE, description: '', apiKeyTag: '', createdAt: now })
  }

  find(name: string): Namespace | undefined {
    return this.#byName.get(name)
  }

  /** Returns all namespaces in order of creation, `_system` first. */
  all(): Namespace[] {
    return [...this.#byName.values()]
  }

  /** @throws 453 if no namespace has this name */
  assertExists(name: string): void {
    if (!this.#byName.has(name)) throw missing(name)
  }

  /** @throws 400 if the name is taken */
  create(namespace: Namespace): void {
    const { name } = namespace
    if (this.#byName.has(name)) throw badRequest(`namespace already exists; '${name}' already exists`)
    this.#set(namespace)
  }

  /** Replaces the description and the tag, and keeps the creation time (D14). @throws 453 if no namespace has this name */
  update({ name, description, apiKeyTag }: Omit<Namespace, 'createdAt'>): void {
    const stored = this.#byName.get(name)
    if (stored === undefined) throw missing(name)
    this.#set({ ...stored, description, apiKeyTag })
  }

  /** @throws 453 if no namespace has this name */
  delete(name: string): void {
    if (!this.#byName.delete(name)) throw missing(name)
    this.#changed(name)
  }

  /** Adds a namespace that was stored elsewhere, or takes its place. */
  add(namespace: Namespace): void {
    this.#set(namespace)
  }

  #set(namespace: Namespace): void {
    this.#byName.set(namespace.name, namespace)
    this.#changed(namespace.name)
  }
}

function missing(name: string): QueratorError {
  return requestFailed(`namespace does not exist; '${name}' was not found`)
}
