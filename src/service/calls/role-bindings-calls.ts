/** The role binding calls: create, list, delete (docs/protocol/admin.md §8). */
import { SYSTEM_NAMESPACE } from '../../access/namespaces.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { timestampOf } from '../../protocol/timestamp.js'
import type { CallContext } from '../context.js'
import { checkGiven, checkNoColon } from '../names.js'
import { pageSize, pivotId } from '../paging.js'

/** rolebindings.create: in the namespace of the role. */
export function roleBindingsCreate(
  context: CallContext,
  request: RequestOf<'roleBindingsCreate'>,
): AnswerOf<'roleBindingsCreate'> {
  const { access } = context
  const { namespace, roleName, userId } = request
  checkGiven('namespace', namespace)
  checkGiven('role_name', roleName)
  checkGiven('user_id', userId)
  checkNoColon('user_id', userId)
  context.authorize(namespace)
  const { id: roleId } = access.roles.require(namespace, roleName)
  access.users.assertExists(userId)
  const createdAt = context.clock.now()
  const id = access.newId(createdAt)
  access.bindings.create({ id, namespace, userId, roleId, createdAt })
  return { id }
}

/** rolebindings.list: of one namespace, by id. `user_id_filter` has no effect (docs/protocol/admin.md Q29). */
export function roleBindingsList(
  context: CallContext,
  request: RequestOf<'roleBindingsList'>,
): AnswerOf<'roleBindingsList'> {
  const namespace = request.namespace || SYSTEM_NAMESPACE
  context.authorize(namespace)
  const page = context.access.bindings.page(pivotId(request.pivot), pageSize(request.limit), namespace)
  return { items: page.map((binding) => ({ ...binding, createdAt: timestampOf(binding.createdAt) })) }
}

/** rolebindings.delete. */
export function roleBindingsDelete(context: CallContext, request: RequestOf<'roleBindingsDelete'>): void {
  const { access } = context
  const { roleName, userId } = request
  const namespace = request.namespace || SYSTEM_NAMESPACE
  checkNoColon('user_id', userId)
  context.authorize(namespace)
  const { id: roleId } = access.roles.require(namespace, roleName)
  access.bindings.delete(namespace, userId, roleId)
}
