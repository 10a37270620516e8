/** The namespace calls: create, list, update, delete (docs/protocol/admin.md §4). */
import { SYSTEM_NAMESPACE } from '../../access/namespaces.js'
import { badRequest } from '../../errors.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { timestampOf } from '../../protocol/timestamp.js'
import type { CallContext } from '../context.js'
import { checkNamespaceName, checkTag } from '../names.js'
import { fromName, pageSize } from '../paging.js'

/** namespaces.create. */
export function namespacesCreate(context: CallContext, request: RequestOf<'namespacesCreate'>): void {
  const { name, description, apiKeyTag } = request
  checkNamespaceName(name)
  checkTag('api_key_tag', apiKeyTag)
  context.authorize(SYSTEM_NAMESPACE)
  checkNotReserved(name)
  context.access.namespaces.create({ name, description, apiKeyTag, createdAt: context.clock.now() })
}

/** namespaces.update: replaces the description and the tag, even if they are empty. */
export function namespacesUpdate(context: CallContext, request: RequestOf<'namespacesUpdate'>): void {
  const { name, description, apiKeyTag } = request
  checkNamespaceName(name)
  checkTag('api_key_tag', apiKeyTag)
  context.authorize(SYSTEM_NAMESPACE)
  checkNotReserved(name)
  context.access.namespaces.update({ name, description, apiKeyTag })
}

/** namespaces.list: in order of creation. */
export function namespacesList(
  context: CallContext,
  { pivot, limit }: RequestOf<'namespacesList'>,
): AnswerOf<'namespacesList'> {
  context.authorize(SYSTEM_NAMESPACE)
  const page = fromName(context.access.namespaces.all(), pivot).slice(0, pageSize(limit))
  return { items: page.map((namespace) => ({ ...namespace, createdAt: timestampOf(namespace.createdAt) })) }
}

/** namespaces.delete: fails unless the namespace is empty. Keys with its scope stay as they are. */
export function namespacesDelete(context: CallContext, { name }: RequestOf<'namespacesDelete'>): void {
  const { access, queues } = context
  checkNamespaceName(name)
  context.authorize(SYSTEM_NAMESPACE)
  checkNotReserved(name)
  const has = (what: string) => badRequest(`namespace has ${what}; '${name}' has ${what}, delete ${what} first`)
  if (access.bindings.areIn(name)) throw has('role bindings')
  if (access.roles.areIn(name)) throw has('roles')
  if (queues.all().some((queue) => queue.config.namespace === name)) throw has('queues')
  access.namespaces.delete(name)
}

function checkNotReserved(name: string): void {
  if (!name.startsWith('_')) return
  throw badRequest(`namespace name is reserved; '${name}' names starting with '_' are reserved`)
}
