/** Reads users, keys, roles and namespaces of a dump. */
import { inspect } from 'node:util'
import type { AccessImage } from '../../access/access-image.js'
import { SYSTEM_NAMESPACE } from '../../access/namespaces.js'
import { PERMISSIONS } from '../../access/permissions.js'
import { checkLength, checkNamespaceName, checkNoColon, checkTag, isBlank } from '../../service/names.js'
import type { DumpFields } from './dump-fields.js'

const NAMESPACE = ['name', 'description', 'apiKeyTag', 'createdAt']
const USER = ['id', 'username', 'email', 'externalId', 'createdAt']
const API_KEY = ['id', 'userId', 'namespaceScope', 'name', 'prefix', 'expiresAt', 'createdAt', 'lastUsedAt', 'hash']
const ROLE = ['id', 'namespace', 'name', 'permissions', 'createdAt']
const BINDING = ['id', 'namespace', 'userId', 'roleId', 'createdAt']

const HASH = /^[0-9a-f]{64}$/

/** @throws QueratorError with the field that is wrong */
export function readAccess(fields: DumpFields): AccessImage {
  const names = new Set<string>()
  const namespaces = fields.objects('namespaces', NAMESPACE, (one) => namespaceOf(one, names))
  if (!names.has(SYSTEM_NAMESPACE)) throw fields.wrong('namespaces', `'${SYSTEM_NAMESPACE}' is missing`)
  const [ids, usernames] = [new Set<string>(), new Set<string>()]
  const users = fields.objects('users', USER, (one) => userOf(one, ids, usernames))
  const [keyIds, hashes] = [new Set<string>(), new Set<string>()]
  const apiKeys = fields.objects('apiKeys', API_KEY, (one) => apiKeyOf(one, keyIds, hashes, ids))
  const [roleIds, roleNames] = [new Map<string, string>(), new Set<string>()]
  const roles = fields.objects('roles', ROLE, (one) => roleOf(one, { roleIds, roleNames, namespaces: names }))
  const [bindingIds, bound] = [new Set<string>(), new Set<string>()]
  const bindings = fields.objects('roleBindings', BINDING, (one) => {
    return bindingOf(one, { bindingIds, bound, users: ids, roleIds })
  })
  return { namespaces, users, apiKeys, roles, bindings }
}

function namespaceOf(one: DumpFields, names: Set<string>) {
  const name = one.text('name')
  if (name !== SYSTEM_NAMESPACE) one.check('name', () => checkNamespaceName(name))
  one.unique('name', name, names)
  const createdAt = one.time('createdAt').at
  const apiKeyTag = one.text('apiKeyTag')
  one.check('apiKeyTag', () => checkTag('api_key_tag', apiKeyTag))
  return { name, description: one.text('description'), apiKeyTag, createdAt }
}

function userOf(one: DumpFields, ids: Set<string>, usernames: Set<string>) {
  const id = idOf(one, ids)
  const username = named(one, 'username')
  one.check('id', () => checkNoColon('user_id', id))
  one.unique('username', username, usernames)
  const createdAt = one.time('createdAt').at
  const [email, externalId] = [one.text('email'), one.text('externalId')]
  one.check('email', () => checkLength('email', email, 256))
  one.check('externalId', () => checkLength('external_id', externalId, 256))
  return { id, username, email, externalId, createdAt }
}

function apiKeyOf(one: DumpFields, ids: Set<string>, hashes: Set<string>, users: ReadonlySet<string>) {
  const hash = one.text('hash')
  if (!HASH.test(hash)) throw one.wrong('hash', 'it is not the SHA-256 hash of a key in hexadecimal digits')
  one.unique('hash', hash, hashes)
  const record = {
    id: idOf(one, ids),
    userId: oneOf(one, 'userId', users, 'user'),
    namespaceScope: one.text('namespaceScope'),
    name: one.text('name'),
    prefix: one.text('prefix'),
    expiresAt: one.has('expiresAt') ? one.time('expiresAt') : undefined,
    createdAt: one.time('createdAt').at,
    lastUsedAt: one.has('lastUsedAt') ? one.time('lastUsedAt').at : undefined,
  }
  return { record, hash: Buffer.from(hash, 'hex') }
}

interface KnownRoles {
  /** Namespaces by the id of the role. */
  readonly roleIds: Map<string, string>
  readonly roleNames: Set<string>
  readonly namespaces: ReadonlySet<string>
}

function roleOf(one: DumpFields, { roleIds, roleNames, namespaces }: KnownRoles) {
  const ids = new Set(roleIds.keys())
  const [id, name] = [idOf(one, ids), named(one, 'name')]
  one.check('name', () => checkNoColon('name', name))
  const namespace = oneOf(one, 'namespace', namespaces, 'namespace')
  one.unique('name', `${namespace}:${name}`, roleNames)
  roleIds.set(id, namespace)
  return { id, namespace, name, permissions: permissionsOf(one), createdAt: one.time('createdAt').at }
}

interface KnownBindings {
  readonly bindingIds: Set<string>
  readonly bound: Set<string>
  readonly users: ReadonlySet<string>
  readonly roleIds: ReadonlyMap<string, string>
}

function bindingOf(one: DumpFields, { bindingIds, bound, users, roleIds }: KnownBindings) {
  const id = idOf(one, bindingIds)
  const userId = oneOf(one, 'userId', users, 'user')
  const roleId = one.text('roleId')
  const namespace = one.text('namespace')
  if (roleIds.get(roleId) !== namespace) throw one.wrong('roleId', `there is no such role in '${namespace}'`)
  one.unique('roleId', `${userId} ${roleId}`, bound)
  return { id, namespace, userId, roleId, createdAt: one.time('createdAt').at }
}

function idOf(one: DumpFields, ids: Set<string>): string {
  const id = one.text('id')
  if (id === '') throw one.wrong('id', 'it is empty')
  one.unique('id', id, ids)
  return id
}

function oneOf(one: DumpFields, name: string, known: ReadonlySet<string>, what: string): string {
  const value = one.text(name)
  if (!known.has(value)) throw one.wrong(name, `there is no such ${what}`)
  return value
}

/** Returns a name, which is not blank, and not longer than a server takes it. */
function named(one: DumpFields, field: 'name' | 'username'): string {
  const name = one.text(field)
  if (isBlank(name)) throw one.wrong(field, 'it is empty')
  one.check(field, () => checkLength(field, name, 128))
  return name
}

function permissionsOf(one: DumpFields): string[] {
  return one.list('permissions', (value, path) => {
    const known = PERMISSIONS.find((permission) => permission === value)
    if (known !== undefined) return known
    throw one.wrong(path.slice(one.path.length + 1), `there is no permission ${inspect(value)}`)
  })
}
