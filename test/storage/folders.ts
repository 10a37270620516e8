/** Folders for tests of storages that keep files. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { LevelStorage } from '../../src/storage/level/level-storage.js'
import type { Storage } from '../../src/storage/storage.js'
import type { Place } from './places.js'

/** Returns a new folder, and what removes it. */
export function newFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'querator-storage-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Returns a new folder that is removed when the test is over. */
export function folderOfTest(): string {
  const { folder, remove } = newFolder()
  onTestFinished(remove)
  return folder
}

/** Copies a folder as the next process finds it. Reading the lock would give it up. */
export function copyOf(folder: string): string {
  const copy = folderOfTest()
  cpSync(folder, copy, { recursive: true, filter: (file) => basename(file) !== 'LOCK' })
  return copy
}

/** A folder as a place for {@link LevelStorage}. */
export function levelPlace({ folder, remove }: { folder: string; remove(): void }, sync = false): Place {
  const made: Storage[] = []
  return {
    storage() {
      const storage = new LevelStorage({ directory: folder, sync })
      made.push(storage)
      return storage
    },
    crashed: async () => levelPlace({ folder: copyOf(folder), remove() {} }),
    async remove() {
      for (const storage of made) await storage.close()
      remove()
    },
  }
}
