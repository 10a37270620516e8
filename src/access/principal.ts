/** Who makes a call, and whether they may (docs/protocol/admin.md §2.2 and §2.4). */
import type { Clock } from '../clock/clock.js'
import { QueratorError } from '../errors.js'
import { type Access, ANONYMOUS } from './access.js'
import { isKeyText } from './key-text.js'
import { SYSTEM_NAMESPACE } from './namespaces.js'

/** Only this many of a user's roles in a namespace count. */
const MOST_ROLES = 100

/** The caller of a method. */
export interface Principal {
  readonly userId: string
  readonly username: string
  /** The only namespace in which the caller's key is valid. Empty for all. */
  readonly scope: string
}

const NOBODY: Principal = { userId: ANONYMOUS, username: ANONYMOUS, scope: '' }

/** Returns the caller with this key, or without one. @throws 401 if the key is not valid */
export function identify(access: Access, key: string | undefined, clock: Clock): Principal {
  if (key === undefined || access.auth === 'none') return NOBODY
  if (!isKeyText(key)) throw invalidKey()
  const now = clock.now()
  const record = access.apiKeys.present(key, now)
  const user = access.users.get(record.userId)
  if (user === undefined) throw invalidKey()
  access.apiKeys.used(record, now)
  return { userId: user.id, username: user.username, scope: record.namespaceScope }
}

/** @throws 403 if the caller does not have the permission in that namespace */
export function authorize(access: Access, who: Principal, permission: string, namespace: string): void {
  if (access.auth === 'none' || isAllowed(access, who, permission, namespace)) return
  throw new QueratorError(403, 'access denied')
}

/** Returns a check of the permission by namespace. It remembers its results, so use it within one call only. */
export function allowedIn(access: Access, who: Principal, permission: string): (namespace: string) => boolean {
  const known = new Map<string, boolean>()
  return (namespace) => {
    const allowed = known.get(namespace) ?? (access.auth === 'none' || isAllowed(access, who, permission, namespace))
    known.set(namespace, allowed)
    return allowed
  }
}

function isAllowed(access: Access, { userId, scope }: Principal, permission: string, namespace: string): boolean {
  const inSystem = () => hasPermission(access, userId, permission, SYSTEM_NAMESPACE)
  if (namespace === SYSTEM_NAMESPACE) return inSystem()
  if (scope !== '' && scope !== namespace) return false
  return hasPermission(access, userId, permission, namespace) || inSystem()
}

function hasPermission(access: Access, userId: string, permission: string, namespace: string): boolean {
  return access.bindings
    .of(userId)
    .filter((binding) => binding.namespace === namespace)
    .slice(0, MOST_ROLES)
    .some((binding) => access.roles.get(binding.roleId)?.permissions.includes(permission))
}

function invalidKey(): QueratorError {
  return new QueratorError(401, 'api key is invalid')
}
