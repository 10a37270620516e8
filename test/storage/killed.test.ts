/** A process that is killed while it appends: what it reported is kept, and the batch that it was writing is there whole or not at all. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendUntilKilled, seededBatch } from './appending.js'
import { type Bundled, bundled } from './bundled.js'
import { copyOf, folderOfTest, levelPlace } from './folders.js'
import { Model } from './model.js'
import { opened } from './places.js'

/** How often it is killed. */
const KILLS = Number(process.env.QUERATOR_KILLS ?? 10)

// classic-level is found from here.
const BUILD = fileURLToPath(new URL('../../build', import.meta.url))
let child: Bundled

beforeAll(async () => {
  mkdirSync(BUILD, { recursive: true })
  child = await bundled('appending.ts', BUILD)
})

afterAll(() => child.remove())

/** Appends in a process of its own, and kills it when it has reported `reports` lines. Returns the last batch that it reported. */
async function lastBeforeKill(folder: string, seed: number, first: number, reports: number): Promise<number> {
  const code = `const appending = await import('${child.url}')
await appending.${appendUntilKilled.name}(${JSON.stringify(folder)}, ${seed}, ${first})`
  const running = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.split('\n').length > reports) running.kill('SIGKILL')
  })
  const [, signal] = await once(running, 'close')
  expect(signal).toBe('SIGKILL')
  const last = text.split('\n').at(-2)
  return last === 'opening' ? first - 1 : Number(last)
}

test('keeps what was reported before a SIGKILL', { timeout: 60_000 + KILLS * 10_000 }, async () => {
  const seed = 1
  const folder = folderOfTest()
  const model = new Model()
  let next = 0
  for (let kill = 0; kill < KILLS; kill++) {
    // Some are killed while they open.
    const reports = 1 + ((kill * 37) % 61)
    const reported = await lastBeforeKill(folder, seed, next, reports)
    // The next process finds the folder as this one left it, so this looks at a copy.
    const { storage, records, items } = await opened(levelPlace({ folder: copyOf(folder), remove() {} }))
    await storage.close()
    const kept = Number(records['about batch'] ?? -1)
    expect([reported, reported + 1]).toContain(kept)
    for (; next <= kept; next++) model.append(seededBatch(seed, next))
    expect({ records, items }).toEqual(model.kept())
  }
})
