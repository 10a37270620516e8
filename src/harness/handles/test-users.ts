/** Users of a test daemon. Each is a client with its own key. */

import type { Permission } from '../../access/permissions.js'
import { type ClientOptions, QueratorClient } from '../../client/client.js'
import { checkOptions } from '../../client/known-options.js'
import { isMissing, isQueratorError, usageError } from '../../errors.js'
import type { Backing } from '../backing/backing.js'
import { NameSource } from '../backing/queue-names.js'

const SYSTEM = '_system'
const ADMIN = 'Admin'

/** Options of `daemon.createUser()`. */
export interface UserOptions {
  /** The username. Default: a new one, `user-1` and so on. */
  readonly username?: string
  /** The names of existing roles, for example `'Admin'`: roles of the namespace, or of `_system`. Default: none. */
  readonly roles?: readonly string[]
  /** The permissions of the user in the namespace, for example `'queue.lease'`. They become a new role. Default: none. */
  readonly permissions?: readonly Permission[]
  /** The namespace of the roles and permissions. It is created if it does not exist. Default `'_system'`, for all namespaces. */
  readonly namespace?: string
  /** Whether the key works in that namespace only, whatever roles the user has elsewhere. Default `false`. */
  readonly scoped?: boolean
  /** The tag in the key `qtr-<tag>-…`. Default: the tag of the namespace if the key is `scoped`, else `live`. */
  readonly keyTag?: string
  /** When the key expires, by the daemon's clock. Default: never. */
  readonly expiresAt?: Date
}

const KNOWN = ['username', 'roles', 'permissions', 'namespace', 'scoped', 'keyTag', 'expiresAt']

/** The data of a user. */
interface UserRecord {
  readonly id: string
  readonly username: string
  readonly key: string
  readonly keyId: string
}

/** A user with an API key. It is also a client that sends this key with each call. `daemon.createUser()` returns one. */
export class TestUser extends QueratorClient {
  /** The id of the user. */
  readonly id: string
  /** The username. */
  readonly username: string
  /** The API key, for the code under test. */
  readonly key: string
  /** The id of the API key, for `apiKeysDelete()`. */
  readonly keyId: string

  /** @internal */
  constructor(options: ClientOptions, { id, username, key, keyId }: UserRecord) {
    super({ ...options, apiKey: key })
    this.id = id
    this.username = username
    this.key = key
    this.keyId = keyId
  }
}

/** How the door stands, as far as tests have moved it. */
export interface DoorState {
  /** The administrator as which the harness calls since the door was closed. Undefined if it never was. */
  readonly admin: TestUser | undefined
}

/** The users of a test daemon. */
export class TestUsers {
  readonly #backing: Backing
  readonly #names = new NameSource()
  #closing: Promise<TestUser> | undefined
  #admin: TestUser | undefined

  constructor(backing: Backing) {
    this.#backing = backing
  }

  /** See `daemon.createUser`. */
  async create(options: UserOptions): Promise<TestUser> {
    checkOptions('createUser', options, KNOWN)
    this.#check('createUser')
    const { ownClient: client, send, unawaited, notSent } = this.#backing
    const { namespace = SYSTEM } = options
    if (namespace !== SYSTEM) await makeNamespace(client, namespace)
    const { id, username } = await this.#named(options.username)
    try {
      if (options.permissions !== undefined) await this.#permit(id, username, namespace, options.permissions)
      for (const role of options.roles ?? []) await this.#bind(id, namespace, role)
      const made = await client.apiKeysCreate({
        userId: id,
        name: username,
        namespaceScope: options.scoped ? namespace : '',
        keyTag: options.keyTag ?? '',
        ...(options.expiresAt === undefined ? {} : { expiresAt: options.expiresAt }),
      })
      return new TestUser({ send, unawaited, notSent }, { id, username, key: made.key, keyId: made.id })
    } catch (error) {
      // The username would be taken at the next try.
      await client.usersDelete({ id })
      throw error
    }
  }

  /** Creates a user with this name, or with a new one. A copy of another daemon has users that this one did not name. */
  async #named(given: string | undefined): Promise<{ readonly id: string; readonly username: string }> {
    for (;;) {
      const username = given ?? this.#names.next('user')
      try {
        const { id } = await this.#backing.ownClient.usersCreate({ username })
        return { id, username }
      } catch (error) {
        const isTaken = isQueratorError(error) && error.message.startsWith('username is already taken')
        if (given !== undefined || !isTaken) throw error
      }
    }
  }

  /** See `daemon.closeDoor`. */
  closeDoor(): Promise<TestUser> {
    this.#closing ??= this.#closeDoor().catch((error: unknown) => {
      this.#closing = undefined
      throw error
    })
    return this.#closing
  }

  /** Whether {@link closeDoor} was called, and not undone. A daemon that has started again has its door open all the same. */
  get doorClosed(): boolean {
    return this.#closing !== undefined || this.#admin !== undefined
  }

  /** Whether the daemon has started again since {@link closeDoor}, so that its door is open. */
  get isReopened(): boolean {
    return this.#closing === undefined && this.#admin !== undefined
  }

  get door(): DoorState {
    return { admin: this.#admin }
  }

  /** The daemon went down. When it starts again, its door is open. Without its users, the key of the administrator is unknown to it. */
  wentDown(keptUsers: boolean): void {
    this.#closing = undefined
    if (keptUsers || this.#admin === undefined) return
    this.#admin = undefined
    this.#backing.useKey(undefined)
  }

  /** Goes on with the users of another daemon, whose copy this one is. */
  takeOver({ admin }: DoorState): void {
    const { send, unawaited, notSent } = this.#backing
    const { id = '', username = '', key = '', keyId = '' } = admin ?? {}
    this.#admin = admin && new TestUser({ send, unawaited, notSent }, { id, username, key, keyId })
  }

  /** The users of then are back, and the door is open. */
  putBack({ admin }: DoorState): void {
    this.#closing = undefined
    this.#admin = admin
    this.#backing.useKey(admin?.key)
  }

  /** Makes callers without a key administrators again, and removes the administrator of {@link closeDoor}. */
  async openDoor(): Promise<void> {
    const admin = (await this.#closing) ?? this.#admin
    this.#closing = undefined
    this.#admin = undefined
    if (admin === undefined) return
    this.#backing.embedded('closeDoor').openDoor(admin.id)
    this.#backing.useKey(undefined)
  }

  async #closeDoor(): Promise<TestUser> {
    this.#check('closeDoor')
    const admin = this.#admin ?? (await this.create({ username: 'querator-test', roles: [ADMIN] }))
    this.#admin = admin
    this.#backing.useKey(admin.key)
    try {
      await admin.roleBindingsDelete({ namespace: SYSTEM, roleName: ADMIN, userId: 'anonymous' })
    } catch (error) {
      // The door is closed already.
      if (!isMissing(error, 'role binding')) throw error
    }
    return admin
  }

  /** @throws QueratorError if the daemon does not check keys, because a test of permissions could not fail */
  #check(what: string): void {
    if (this.#backing.embedded(what).auth !== 'none') return
    throw usageError(
      `${what} is for a daemon that checks keys and permissions; start it with auth: 'internal' (startTestDaemon, testWith or configureDaemon)`,
    )
  }

  /** Creates a role with these permissions, and gives it to the user. */
  async #permit(
    userId: string,
    username: string,
    namespace: string,
    permissions: readonly Permission[],
  ): Promise<void> {
    const name = this.#names.next(`only-${username}`)
    await this.#backing.ownClient.rolesCreate({ namespace, name, permissions })
    await this.#bind(userId, namespace, name)
  }

  /** Gives the user a role of the namespace, or of `_system`. */
  async #bind(userId: string, namespace: string, roleName: string): Promise<void> {
    const { ownClient: client } = this.#backing
    try {
      await client.roleBindingsCreate({ namespace, roleName, userId })
    } catch (error) {
      if (namespace === SYSTEM || !isMissing(error, 'role')) throw error
      await client.roleBindingsCreate({ namespace: SYSTEM, roleName, userId })
    }
  }
}

/** Creates a namespace if it does not exist. Ignores refusals: if the server cannot create it, the next call fails. */
export async function makeNamespace(client: QueratorClient, name: string): Promise<void> {
  try {
    await client.namespacesCreate({ name })
  } catch (error) {
    if (!isQueratorError(error) || error.code === 0) throw error
  }
}
