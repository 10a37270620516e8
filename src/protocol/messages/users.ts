/** Users: create, list, delete (docs/protocol/messages.md, admin.md §5). */
import { many, message, one } from './message.js'

const User = message(
  'querator.User',
  {
    id: one(1, 'string'),
    username: one(2, 'string'),
    externalId: one(3, 'string'),
    email: one(4, 'string'),
    createdAt: one(5, 'timestamp'),
    updatedAt: one(6, 'timestamp'),
  },
  'snake_case',
)

export const UserCreateRequest = message(
  'querator.UserCreateRequest',
  {
    username: one(1, 'string'),
    email: one(2, 'string'),
    externalId: one(3, 'string'),
  },
  'snake_case',
)

export const UserCreateResponse = message('querator.UserCreateResponse', {
  id: one(1, 'string'),
})

export const UsersListRequest = message('querator.UsersListRequest', {
  limit: one(1, 'int32'),
  pivot: one(2, 'string'),
})

export const UsersListResponse = message('querator.UsersListResponse', {
  items: many(1, User),
})

export const UsersDeleteRequest = message('querator.UsersDeleteRequest', {
  id: one(1, 'string'),
})
