/** What to do when PostgreSQL refuses something. No message has the password. */
import { messageOf, type QueratorError, usageError } from '../../errors.js'
import { quoted } from './tables.js'

/** Whom a connection asks for what. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password: string
  readonly schema: string
}

/** Returns a text without what connection strings have before their `@`, and without the password. */
export function redacted(text: string, { password, ...open }: Partial<Target> = {}): string {
  const withoutUsers = text.replace(/:\/\/[^\s/]*@/g, '://***@').replace(/(password=)[^\s&]+/gi, '$1***')
  const isSecret = password !== undefined && password !== '' && !Object.values(open).includes(password)
  if (!isSecret) return withoutUsers
  return [password, encodeURIComponent(password)].reduce((safe, secret) => safe.replaceAll(secret, '***'), withoutUsers)
}

/** Returns the code of an error: five characters if it is PostgreSQL's, or Node's. */
export function codeOf(error: unknown): string {
  // A name with several addresses gives an error for each of them.
  const { code, errors } = Object(error) as { code?: unknown; errors?: unknown[] }
  return typeof code === 'string' ? code : errors === undefined ? '' : codeOf(errors[0])
}

/** Returns the error of an open that failed, with what to do. An error that says it already is returned as it is. */
export function cannotOpen(name: string, error: unknown, target: Target): QueratorError {
  return usageError(`cannot open ${name}: ${advice(error, target)}`)
}

/** Returns the error of a load that failed. */
export function cannotLoad(name: string, error: unknown, target: Target): QueratorError {
  const isBroken = /^XX00[12]$/.test(codeOf(error))
  const then = isBroken
    ? `the data is damaged; restore the database from a backup, or remove the schema to begin empty: DROP SCHEMA ${quoted(target.schema)} CASCADE`
    : 'start the daemon again when the server can be reached'
  return usageError(`cannot load ${name}: ${redacted(textOf(error), target)}; ${then}`, error)
}

/** Returns the error of an append that failed. The caller tries again. */
export function cannotAppend(name: string, error: unknown, target: Target): Error {
  const isCut = ['EPIPE', 'ECONNRESET'].includes(codeOf(error))
  const what = isCut ? `the connection has broken (${codeOf(error)})` : redacted(textOf(error), target)
  return new Error(`cannot append to ${name}: ${what}`, { cause: error })
}

function textOf(error: unknown): string {
  const { errors } = Object(error) as { errors?: unknown[] }
  return messageOf(error) === '' && errors !== undefined ? errors.map(messageOf).join('; ') : messageOf(error)
}

function advice(error: unknown, target: Target): string {
  const { host, port, user, database } = target
  const [schema, role] = [quoted(target.schema), quoted(user)]
  const server = host.startsWith('/') ? `the socket in ${host}` : `${host}:${port}`
  const text = redacted(textOf(error), target)
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
    case 'ENOENT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `no PostgreSQL server answers at ${server} (${text}); start it, or correct host and port in the connection string`
    case '28P01':
    case '28000':
      return `PostgreSQL refuses the user '${user}' (${text}); correct user and password in the connection string, or allow the user in pg_hba.conf`
    case '3D000':
      return `there is no database '${database}' at ${server}; create it with: createdb ${database}; or correct its name in the connection string`
    case '42501':
      return `the user '${user}' lacks a right (${text}); let the owner of the database run: CREATE SCHEMA ${schema} AUTHORIZATION ${role}; or, if the schema exists: GRANT ALL ON SCHEMA ${schema} TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${role}`
    case '53300':
      return `${text}; end other clients of the server, or raise max_connections in postgresql.conf`
    case '57P03':
      return `the server at ${server} is not ready (${text}); try again in a moment`
    case '25006':
      return `the server at ${server} is read-only, such as a standby (${text}); connect to the primary one`
  }
  if (/password must be a (non-empty )?string/.test(text)) {
    return `the server at ${server} asks for the password of '${user}', and the connection string has none; write postgresql://USER:PASSWORD@HOST/DATABASE, or set PGPASSWORD`
  }
  if (/timeout/i.test(text)) {
    return `the server at ${server} does not answer (${text}); check host, port and firewall, and that it is a PostgreSQL server`
  }
  return `${text}; check the connection string and the server's log`
}
