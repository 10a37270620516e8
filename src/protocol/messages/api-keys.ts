/** API keys: create, list, delete (docs/protocol/messages.md, admin.md §6). */
import { many, message, one } from './message.js'

const APIKeyMetadata = message(
  'querator.APIKeyMetadata',
  {
    id: one(1, 'string'),
    userId: one(2, 'string'),
    namespaceScope: one(3, 'string'),
    name: one(4, 'string'),
    prefix: one(5, 'string'),
    expiresAt: one(6, 'timestamp'),
    lastUsedAt: one(7, 'timestamp'),
    createdAt: one(8, 'timestamp'),
  },
  'snake_case',
)

export const APIKeyCreateRequest = message(
  'querator.APIKeyCreateRequest',
  {
    userId: one(1, 'string'),
    name: one(2, 'string'),
    namespaceScope: one(3, 'string'),
    expiresAt: one(4, 'timestamp'),
    keyTag: one(5, 'string'),
  },
  'snake_case',
)

/** The only message with a whole key. */
export const APIKeyCreateResponse = message('querator.APIKeyCreateResponse', {
  id: one(1, 'string'),
  key: one(2, 'string'),
  prefix: one(3, 'string'),
})

export const APIKeysListRequest = message(
  'querator.APIKeysListRequest',
  {
    userId: one(1, 'string'),
    limit: one(2, 'int32'),
    pivot: one(3, 'string'),
  },
  'snake_case',
)

export const APIKeysListResponse = message('querator.APIKeysListResponse', {
  items: many(1, APIKeyMetadata),
})

export const APIKeysDeleteRequest = message('querator.APIKeysDeleteRequest', {
  id: one(1, 'string'),
})
