/**
 * Which folders this process has open. LevelDB knows that too, but when it refuses a second open of a process, POSIX takes its lock on the
 * file away, and then another process can open the folder as well.
 */

const KEY = Symbol.for('querator-test/folders-of-storages')

/** Takes a folder for this process, unless it has the folder already. Returns whether it did. */
export function takeFolder(folder: string): boolean {
  const folders = foldersOfProcess()
  if (folders.has(folder)) return false
  folders.add(folder)
  return true
}

/** Gives a folder up. */
export function giveUpFolder(folder: string): void {
  foldersOfProcess().delete(folder)
}

/** The process is one object for all realms, such as the sandboxes of Jest. What `process` means in a sandbox is a copy. */
function foldersOfProcess(): Set<string> {
  const realm = process.getBuiltinModule('node:process') as unknown as Record<symbol, Set<string> | undefined>
  realm[KEY] ??= new Set()
  return realm[KEY]
}
