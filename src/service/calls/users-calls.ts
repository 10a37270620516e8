/** The user calls: create, list, delete (docs/protocol/admin.md §5). */
import { SYSTEM_NAMESPACE } from '../../access/namespaces.js'
import { badRequest } from '../../errors.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { timestampOf } from '../../protocol/timestamp.js'
import type { CallContext } from '../context.js'
import { checkGiven, checkLength, isBlank } from '../names.js'
import { pageSize, pivotId } from '../paging.js'

/** users.create. */
export function usersCreate(context: CallContext, request: RequestOf<'usersCreate'>): AnswerOf<'usersCreate'> {
  const { username, email, externalId } = request
  checkLength('username', username, 128)
  checkGiven('username', username)
  checkLength('email', email, 256)
  checkLength('external_id', externalId, 256)
  context.authorize(SYSTEM_NAMESPACE)
  if (isBlank(username)) throw badRequest('username is invalid; cannot be empty')
  const now = context.clock.now()
  const id = context.access.newId(now)
  context.access.users.create({ id, username, email, externalId, createdAt: now })
  return { id }
}

/** users.list: by id. */
export function usersList(context: CallContext, { pivot, limit }: RequestOf<'usersList'>): AnswerOf<'usersList'> {
  context.authorize(SYSTEM_NAMESPACE)
  const page = context.access.users.page(pivotId(pivot), pageSize(limit))
  return {
    items: page.map((user) => {
      const createdAt = timestampOf(user.createdAt)
      // A user never changes.
      return { ...user, createdAt, updatedAt: createdAt }
    }),
  }
}

/** users.delete: deletes a user with all bindings and keys. */
export function usersDelete(context: CallContext, { id }: RequestOf<'usersDelete'>): void {
  context.authorize(SYSTEM_NAMESPACE)
  context.access.deleteUser(id)
}
