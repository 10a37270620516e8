/** Namespaces: create, list, update, delete (docs/protocol/messages.md, admin.md §4). */
import { many, message, one } from './message.js'

/** The request of create and update, and an entry of list. */
export const NamespaceInfo = message('querator.NamespaceInfo', {
  name: one(1, 'string'),
  description: one(2, 'string'),
  createdAt: one(3, 'timestamp'),
  apiKeyTag: one(4, 'string', { name: 'api_key_tag' }),
})

export const NamespacesListRequest = message('querator.NamespacesListRequest', {
  pivot: one(1, 'string'),
  limit: one(2, 'int32'),
})

export const NamespacesListResponse = message('querator.NamespacesListResponse', {
  items: many(1, NamespaceInfo),
})

export const NamespacesDeleteRequest = message('querator.NamespacesDeleteRequest', {
  name: one(1, 'string'),
})
