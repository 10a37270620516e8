/** The permissions, and the standard roles (docs/protocol/admin.md §2.5). */

/** Every permission, in the order in which `Admin` lists them. */
export const PERMISSIONS = [
  'namespace.create',
  'namespace.delete',
  'namespace.list',
  'namespace.update',
  'queue.create',
  'queue.delete',
  'queue.update',
  'queue.list',
  'queue.produce',
  'queue.lease',
  'queue.complete',
  'queue.retry',
  'queue.stats',
  'queue.clear',
  'user.create',
  'user.delete',
  'user.list',
  'apikey.create',
  'apikey.delete',
  'apikey.list',
  'role.create',
  'role.update',
  'role.delete',
  'role.list',
  'rolebinding.create',
  'rolebinding.delete',
  'rolebinding.list',
  // No method requires these two: health and metrics are open to everyone. The second shows the metrics of queues.
  'system.health',
  'system.metrics',
] as const

/** A permission of a role. See docs/protocol/admin.md §2.5. */
export type Permission = (typeof PERMISSIONS)[number]

/** The name of the role that may do everything. */
export const ADMIN = 'Admin'

/** The roles of the namespace `_system` that nobody can change or remove, and what each permits. */
export const STANDARD_ROLES: ReadonlyMap<string, readonly Permission[]> = new Map<string, readonly Permission[]>([
  [ADMIN, PERMISSIONS],
  ['NamespaceOwner', PERMISSIONS.filter((name) => /^(queue|role|rolebinding|system)\./.test(name))],
  ['PublicViewer', ['system.health', 'system.metrics']],
])
