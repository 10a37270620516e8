/** The API key calls: create, list, delete (docs/protocol/admin.md §6). */
import { keyText, prefixOf, USUAL_TAG } from '../../access/key-text.js'
import { SYSTEM_NAMESPACE } from '../../access/namespaces.js'
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Timestamp } from '../../protocol/messages/message.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { instantOf, isShowable, timestampOf } from '../../protocol/timestamp.js'
import type { CallContext } from '../context.js'
import { checkGiven, checkLength, checkTag } from '../names.js'
import { pageSize, pivotId } from '../paging.js'

/** apikeys.create. Only this response contains the key. */
export function apiKeysCreate(context: CallContext, request: RequestOf<'apiKeysCreate'>): AnswerOf<'apiKeysCreate'> {
  const { access } = context
  const { userId, name, namespaceScope, keyTag } = request
  checkGiven('user_id', userId)
  checkLength('name', name, 128)
  checkTag('key_tag', keyTag)
  context.authorize(SYSTEM_NAMESPACE)
  access.users.assertExists(userId)
  const createdAt = context.clock.now()
  const tag = keyTag || access.namespaces.find(namespaceScope)?.apiKeyTag || USUAL_TAG
  const key = keyText(tag, access.newEntropy())
  const prefix = prefixOf(key)
  const id = access.newId(createdAt)
  const expiresAt = expiryOf(request.expiresAt)
  access.apiKeys.create({ id, userId, namespaceScope, name, prefix, expiresAt, createdAt, lastUsedAt: undefined }, key)
  return { id, key, prefix }
}

/** apikeys.list: by id, of all users or of one user. */
export function apiKeysList(context: CallContext, request: RequestOf<'apiKeysList'>): AnswerOf<'apiKeysList'> {
  context.authorize(SYSTEM_NAMESPACE)
  const page = context.access.apiKeys.page(pivotId(request.pivot), pageSize(request.limit), request.userId)
  return {
    items: page.map(({ expiresAt, lastUsedAt, createdAt, ...shown }) => ({
      ...shown,
      expiresAt: expiresAt && timestampOf(expiresAt.at, expiresAt.early),
      lastUsedAt: lastUsedAt === undefined ? undefined : timestampOf(lastUsedAt),
      createdAt: timestampOf(createdAt),
    })),
  }
}

/** apikeys.delete. */
export function apiKeysDelete(context: CallContext, { id }: RequestOf<'apiKeysDelete'>): void {
  context.authorize(SYSTEM_NAMESPACE)
  context.access.apiKeys.delete(id)
}

/** Returns an expiry time. A time outside of the calendar counts as none. Go's zero time counts as a time in the past. */
function expiryOf(timestamp: Timestamp | undefined): ExactInstant | undefined {
  return timestamp === undefined || !isShowable(timestamp) ? undefined : instantOf(timestamp)
}
