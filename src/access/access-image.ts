/** The state of a daemon's access control, to make the same elsewhere, and who keeps it. */
import type { StoredKey } from './api-keys.js'
import type { Namespace } from './namespaces.js'
import type { RoleBinding } from './role-bindings.js'
import type { Role } from './roles.js'
import type { User } from './users.js'

/** The records of each kind, in order of creation. */
export interface AccessImage {
  readonly namespaces: readonly Namespace[]
  readonly users: readonly User[]
  readonly apiKeys: readonly StoredKey[]
  readonly roles: readonly Role[]
  readonly bindings: readonly RoleBinding[]
}

/** The kinds of records. */
export type AccessKind = 'namespace' | 'user' | 'api-key' | 'role' | 'role-binding'

/** Keeps the records, so that they outlast the daemon. */
export interface KeepsAccess {
  /** A record was added, replaced or removed. Namespaces are known by their names, all others by their ids. */
  changed(kind: AccessKind, id: string): void
}
