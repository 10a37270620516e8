/** A daemon whose process is killed, again and again: what it has answered is there once, and what it has not is there whole or not at all. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bundled, bundled } from './bundled.js'
import { callUntilKilled, daemonIn, type Told } from './daemon-killed.js'
import { folderOfTest } from './folders.js'

/** How often it is killed. */
const KILLS = Number(process.env.QUERATOR_KILLS ?? 6)

// classic-level is found from here.
const BUILD = fileURLToPath(new URL('../../build', import.meta.url))
let child: Bundled

beforeAll(async () => {
  mkdirSync(BUILD, { recursive: true })
  child = await bundled('daemon-killed.ts', BUILD)
})

afterAll(() => child.remove())

/** Runs a daemon in a process of its own, and kills it when it has told `lines`. */
async function toldBeforeKill(folder: string, life: number, lines: number): Promise<Told[]> {
  const code = `const it = await import('${child.url}')
await it.${callUntilKilled.name}(${JSON.stringify(folder)}, 1, ${life})`
  const running = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.split('\n').length > lines) running.kill('SIGKILL')
  })
  const [, signal] = await once(running, 'close')
  expect(signal).toBe('SIGKILL')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Told)
}

/** What clients know, over all lives. */
class Known {
  /** The items of each produce, and whether it was answered. */
  readonly batches = new Map<string, { references: readonly string[]; isThere: boolean }>()
  /** Leases that nobody has said anything about since. */
  readonly held = new Map<string, { id: string; attempts: number; partition: number }>()
  readonly mayHaveEnded = new Set<string>()
  readonly ended = new Set<string>()
  readonly owners = new Map<string, string>()

  take(told: Told): void {
    if ('sent' in told && told.sent.length > 0)
      this.batches.set(String(told.sent[0]), { references: told.sent, isThere: false })
    if ('made' in told) this.batches.set(String(told.made[0]), { references: told.made, isThere: true })
    if ('leased' in told) {
      for (const { reference, ...lease } of told.leased) {
        this.saw(lease.id, reference)
        this.held.set(reference, lease)
      }
    }
    const asked = 'ending' in told ? told.ending : 'freeing' in told ? told.freeing : []
    for (const reference of asked) this.held.delete(reference)
    if ('ending' in told) for (const reference of told.ending) this.mayHaveEnded.add(reference)
    if ('ended' in told) for (const one of [...told.ended, ...told.ids]) this.ended.add(one)
  }

  /** An id belongs to one item for ever. */
  saw(id: string, reference: string): void {
    expect(this.owners.get(id) ?? reference).toBe(reference)
    this.owners.set(id, reference)
    expect(this.ended.has(id) || this.ended.has(reference)).toBe(false)
  }

  /** What is there now was answered, or is whole. */
  check(there: ReadonlySet<string>): void {
    for (const [first, batch] of this.batches) {
      const found = batch.references.filter((one) => there.has(one))
      const missing = batch.references.filter((one) => !there.has(one) && !this.mayHaveEnded.has(one))
      if (batch.isThere) expect(missing).toEqual([])
      else if (missing.length > 0) {
        expect(found).toEqual([])
        this.batches.delete(first)
      } else batch.isThere = true
    }
  }
}

/** Reads everything in a new daemon, and completes some of what was leased. */
async function checkAfterwards(folder: string, known: Known): Promise<void> {
  const { daemon, close } = await daemonIn(folder)
  try {
    const items = await daemon.queue('q').items()
    const references = items.map(({ reference }) => reference)
    expect(new Set(references).size).toBe(references.length)
    for (const { id, reference } of items) known.saw(id, reference)
    known.check(new Set(references))
    const byReference = new Map(items.map((item) => [item.reference, item]))
    for (const [reference, { id, attempts, partition }] of known.held) {
      expect(byReference.get(reference)).toMatchObject({ id, attempts, partition, leased: true })
      if (known.owners.size % 2 === 0) continue
      const done = { queueName: 'q', partition, ids: [id], requestTimeout: '1m' }
      known.take({ ending: [reference] })
      await daemon.client.queueComplete(done)
      known.take({ ended: [reference], ids: [id] })
    }
  } finally {
    await close()
  }
}

test('a daemon keeps what it has answered before a SIGKILL', { timeout: 60_000 + KILLS * 10_000 }, async () => {
  const folder = folderOfTest()
  const known = new Known()
  for (let life = 0; life < KILLS; life++) {
    // Some are killed while they open.
    const told = await toldBeforeKill(folder, life, 1 + ((life * 137) % 401))
    for (const one of told) known.take(one)
    await checkAfterwards(folder, known)
  }
})
