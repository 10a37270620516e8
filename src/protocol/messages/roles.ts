/** Roles and role bindings: create, list, update, delete (docs/protocol/messages.md, admin.md §7 and §8). */
import { many, message, one } from './message.js'

const Role = message(
  'querator.Role',
  {
    id: one(1, 'string'),
    namespace: one(2, 'string'),
    name: one(3, 'string'),
    permissions: many(4, 'string'),
    createdAt: one(5, 'timestamp'),
  },
  'snake_case',
)

export const RoleCreateRequest = message('querator.RoleCreateRequest', {
  namespace: one(1, 'string'),
  name: one(2, 'string'),
  permissions: many(3, 'string'),
})

export const RoleCreateResponse = message('querator.RoleCreateResponse', {
  id: one(1, 'string'),
})

export const RoleUpdateRequest = message('querator.RoleUpdateRequest', {
  namespace: one(1, 'string'),
  name: one(2, 'string'),
  permissions: many(3, 'string'),
})

export const RolesListRequest = message('querator.RolesListRequest', {
  namespace: one(1, 'string'),
  limit: one(2, 'int32'),
  pivot: one(3, 'string'),
})

export const RolesListResponse = message('querator.RolesListResponse', {
  items: many(1, Role),
})

export const RolesDeleteRequest = message('querator.RolesDeleteRequest', {
  namespace: one(1, 'string'),
  name: one(2, 'string'),
})

const RoleBinding = message(
  'querator.RoleBinding',
  {
    id: one(1, 'string'),
    namespace: one(2, 'string'),
    userId: one(3, 'string'),
    roleId: one(4, 'string'),
    createdAt: one(5, 'timestamp'),
  },
  'snake_case',
)

export const RoleBindingCreateRequest = message(
  'querator.RoleBindingCreateRequest',
  {
    namespace: one(1, 'string'),
    roleName: one(2, 'string'),
    userId: one(3, 'string'),
  },
  'snake_case',
)

export const RoleBindingCreateResponse = message('querator.RoleBindingCreateResponse', {
  id: one(1, 'string'),
})

export const RoleBindingsListRequest = message(
  'querator.RoleBindingsListRequest',
  {
    namespace: one(1, 'string'),
    userIdFilter: one(2, 'string'),
    limit: one(3, 'int32'),
    pivot: one(4, 'string'),
  },
  'snake_case',
)

export const RoleBindingsListResponse = message('querator.RoleBindingsListResponse', {
  items: many(1, RoleBinding),
})

export const RoleBindingDeleteRequest = message(
  'querator.RoleBindingDeleteRequest',
  {
    namespace: one(1, 'string'),
    roleName: one(2, 'string'),
    userId: one(3, 'string'),
  },
  'snake_case',
)
