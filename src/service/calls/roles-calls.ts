/** The role calls: create, list, update, delete (docs/protocol/admin.md §7). */
import { SYSTEM_NAMESPACE } from '../../access/namespaces.js'
import { PERMISSIONS, STANDARD_ROLES } from '../../access/permissions.js'
import { badRequest } from '../../errors.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { timestampOf } from '../../protocol/timestamp.js'
import type { CallContext } from '../context.js'
import { checkGiven, checkLength, checkNoColon, isBlank } from '../names.js'
import { pageSize, pivotId } from '../paging.js'

/** roles.create. */
export function rolesCreate(context: CallContext, request: RequestOf<'rolesCreate'>): AnswerOf<'rolesCreate'> {
  const { access } = context
  const { namespace, name, permissions } = request
  checkGiven('namespace', namespace)
  checkGiven('name', name)
  checkLength('name', name, 128)
  checkNoColon('name', name)
  checkPermissions(permissions)
  context.authorize(namespace)
  checkNotStandard(name)
  access.namespaces.assertExists(namespace)
  if (isBlank(name)) throw badRequest('role name is invalid; cannot be empty')
  const createdAt = context.clock.now()
  const id = access.newId(createdAt)
  access.roles.create({ id, namespace, name, permissions, createdAt })
  return { id }
}

/** roles.list: of one namespace, by id. */
export function rolesList(context: CallContext, request: RequestOf<'rolesList'>): AnswerOf<'rolesList'> {
  const namespace = request.namespace || SYSTEM_NAMESPACE
  context.authorize(namespace)
  const page = context.access.roles.page(pivotId(request.pivot), pageSize(request.limit), namespace)
  return { items: page.map((role) => ({ ...role, createdAt: timestampOf(role.createdAt) })) }
}

/** roles.update: replaces all permissions. */
export function rolesUpdate(context: CallContext, request: RequestOf<'rolesUpdate'>): void {
  const { namespace, name, permissions } = request
  checkGiven('namespace', namespace)
  checkGiven('name', name)
  checkPermissions(permissions)
  context.authorize(namespace)
  const role = context.access.roles.require(namespace, name)
  checkNotStandard(name)
  context.access.roles.update(role, permissions)
}

/** roles.delete: fails if the role has bindings. */
export function rolesDelete(context: CallContext, request: RequestOf<'rolesDelete'>): void {
  const { access } = context
  const { name } = request
  const namespace = request.namespace || SYSTEM_NAMESPACE
  context.authorize(namespace)
  const role = access.roles.require(namespace, name)
  checkNotStandard(name)
  if (access.bindings.areTo(role.id)) {
    throw badRequest(`role has active bindings; '${name}' has active bindings, delete bindings first`)
  }
  access.roles.delete(role)
}

function checkPermissions(permissions: readonly string[]): void {
  const known: readonly string[] = PERMISSIONS
  const unknown = permissions.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw badRequest(`permission is invalid; '${unknown}' is not a recognized permission`)
}

/** Rejects the standard roles, in every namespace. */
function checkNotStandard(name: string): void {
  if (!STANDARD_ROLES.has(name)) return
  throw badRequest(`cannot modify or delete standard role; '${name}' is a standard role`)
}
