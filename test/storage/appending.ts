/** What runs in processes that tests start: a storage in a folder, and what appends to it until it is killed. */
import { writeSync } from 'node:fs'
import { LevelStorage } from '../../src/storage/level/level-storage.js'
import type { Batch, ItemChange } from '../../src/storage/storage.js'

/** Returns batch `n` of a seed: always the same. Its record says that it is there. */
export function seededBatch(seed: number, n: number): Batch {
  let state = (seed * 7_919 + n * 104_729 + 1) >>> 0
  const upTo = (most: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * most)
  }
  const ended = upTo(10) === 0 ? [upTo(5)] : []
  const items = new Map<string, ItemChange>()
  for (let left = upTo(upTo(8) === 0 ? 2_000 : 100); left > 0; left--) {
    const partition = upTo(5)
    const sequence = upTo(2_000)
    const value = upTo(3) === 0 ? undefined : new Uint8Array(upTo(600)).fill(n)
    if (!ended.includes(partition)) items.set(`${partition}/${sequence}`, { partition, sequence, value })
  }
  return { items: [...items.values()], records: [{ kind: 'about', id: 'batch', value: `${n}` }], ended }
}

export { LevelStorage }

/** Appends the batches of a seed, from `first` on, until the process is killed. Reports each that is kept. */
export async function appendUntilKilled(directory: string, seed: number, first: number): Promise<void> {
  const storage = new LevelStorage({ directory })
  writeSync(1, 'opening\n')
  await storage.open()
  await storage.load({ record() {}, item() {} })
  for (let n = first; ; n++) {
    await storage.append(seededBatch(seed, n))
    writeSync(1, `${n}\n`)
  }
}
