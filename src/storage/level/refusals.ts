/** Why a folder cannot be opened, and what to do about it. */
import { messageOf, type QueratorError, usageError } from '../../errors.js'
import { Damage } from './damage.js'

const OTHER_FOLDER = 'give this daemon another folder'
const IN_A_TEST = "in a test, set storage: 'memory' to use no folder"

/** The package is missing, or does not work here. */
export function noPackage(name: string, cause: unknown): QueratorError {
  const { code } = Object(cause) as { code?: unknown }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return usageError(
      `${name} needs the package classic-level: \`driver: badger\` keeps its data with it; install it: npm install --save-dev classic-level; ${IN_A_TEST}`,
      cause,
    )
  }
  return usageError(
    `${name} cannot load the package classic-level, with which \`driver: badger\` keeps its data; install it again: npm install --save-dev classic-level; ${messageOf(cause)}`,
    cause,
  )
}

/** The folder cannot be made, read or written. */
export function noFolder(folder: string, cause: unknown): QueratorError {
  const { code } = Object(cause) as { code?: unknown }
  const isFile = code === 'EEXIST' || code === 'ENOTDIR'
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
  if (isFile)
    return usageError(`cannot use '${folder}' as a folder, because a file is in the way; ${OTHER_FOLDER}`, cause)
  if (denied) {
    return usageError(`cannot write to the folder '${folder}'; let this user write to it, or ${OTHER_FOLDER}`, cause)
  }
  return usageError(`cannot use the folder '${folder}': ${messageOf(cause)}; ${OTHER_FOLDER}`, cause)
}

/** The folder is empty or missing, and should not be. */
export function nothingThere(folder: string): QueratorError {
  return usageError(`there is nothing in the folder '${folder}'; is that the folder of the server?`)
}

/** Something else is in the folder. */
export function notOurs(folder: string): QueratorError {
  return usageError(
    `the folder '${folder}' is not empty, and what is in it is not from this package (a real Querator keeps its data in another format); name an empty folder, or one that does not exist; ${IN_A_TEST}`,
  )
}

/** A newer version has written the folder. */
export function tooNew(folder: string): QueratorError {
  return usageError(
    `the folder '${folder}' is from a newer version of querator-test; update the package, or ${OTHER_FOLDER}`,
  )
}

/** Somebody else has the folder. */
export function taken(folder: string, by: 'this process' | 'another process', cause?: unknown): QueratorError {
  const holder = by === 'this process' ? 'another daemon of this process' : 'another process'
  return usageError(
    `${holder} has the folder '${folder}'; close that one first, or ${OTHER_FOLDER}; ${IN_A_TEST}`,
    cause,
  )
}

/** The folder could not be opened: somebody else has it, or its files cannot be read. */
export function unopened(folder: string, cause: unknown): QueratorError {
  return isLocked(cause) ? taken(folder, 'another process', cause) : unreadable(folder, cause)
}

/** The files are damaged, or cannot be read for another reason. */
export function unreadable(folder: string, cause: unknown): QueratorError {
  const reason = causeOf(cause)
  const { code } = Object(reason) as { code?: unknown }
  const isDamage = reason instanceof Damage || code === 'LEVEL_CORRUPTION'
  // Node and LevelDB both say it in these words of the system.
  if (/no space left on device/i.test(messageOf(reason))) {
    return usageError(
      `the disk of the folder '${folder}' is full; make space, and start again; nothing was loaded`,
      cause,
    )
  }
  const what = isDamage ? `is damaged: ${messageOf(reason)}` : `cannot be read: ${messageOf(reason)}`
  return usageError(
    `the folder '${folder}' ${what}; nothing was loaded; restore a copy of the folder, or delete it to start empty`,
    cause,
  )
}

/** Returns whether LevelDB found that somebody else has the folder. */
export function isLocked(error: unknown): boolean {
  return (Object(causeOf(error)) as { code?: unknown }).code === 'LEVEL_LOCKED'
}

/** Returns LevelDB's own error. It is the cause of one that says that the database is not open. */
export function causeOf(error: unknown): unknown {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown }
  return code === 'LEVEL_DATABASE_NOT_OPEN' && cause !== undefined ? cause : error
}
