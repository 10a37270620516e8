/** Replays a scenario against a daemon, through one door and in one encoding, and compares every reply. */
import { fromBinary, fromJsonString, toBinary, toJson } from '@bufbuild/protobuf'
import { expect } from 'vitest'
import type { TestDaemon } from '../../src/index.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { METHODS, type Method, methodAt } from '../../src/protocol/methods.js'
import type { Door, Raw, RawReply } from '../support/doors.js'
import { schemaOf } from '../support/library.js'
import { until } from '../support/turns.js'
import type { RecordedReply, Scenario, Step } from './recording.js'
import { Tokens } from './tokens.js'

interface Started {
  readonly reply: Promise<RawReply>
  readonly controller: AbortController
  readonly queueName: string
  readonly step: Step
  answered: boolean
}

/** One replay. */
export class Replay {
  readonly #tokens = new Tokens()
  readonly #started = new Map<string, Started>()

  constructor(
    readonly daemon: TestDaemon,
    readonly door: Door,
    readonly encoding: 'json' | 'protobuf',
  ) {}

  /** @throws when a reply is not the recorded one */
  async run(scenario: Scenario): Promise<void> {
    for (const [index, step] of scenario.steps.entries()) {
      try {
        await this.#step(step)
      } catch (error) {
        if (error instanceof Error)
          error.message = `step ${index} ${JSON.stringify(step).slice(0, 300)}\n${error.message}`
        throw error
      }
    }
  }

  async #step(step: Step): Promise<void> {
    if (step.advance !== undefined) await this.daemon.clock.advance(step.advance)
    else if (step.pause !== undefined) this.#pause(step.pause, step.on === true)
    else if (step.waits !== undefined) expect(this.#call(step.waits).answered, `${step.waits} waits`).toBe(false)
    else if (step.abort !== undefined) await this.#abort(step.abort)
    else if (step.join !== undefined) await this.#join(step.join, step.reply)
    else if (step.raw !== undefined) await this.#raw(step.raw, step.reply)
    else if (step.start !== undefined) await this.#start(step)
    else await this.#compare(step.reply, await this.door(this.#request(step)), step)
  }

  /** One request differs, and test/api/health.test.ts has it: HEAD /health is answered here. */
  async #raw(raw: NonNullable<Step['raw']>, recorded: RecordedReply | undefined): Promise<void> {
    if (raw.method === 'HEAD' && raw.path === '/health') return
    await this.#compare(recorded, await this.door(rawOf(raw)))
  }

  #pause(queue: string, on: boolean): void {
    if (on) this.daemon.pause(queue)
    else this.daemon.resume(queue)
  }

  #call(name: string): Started {
    const started = this.#started.get(name)
    if (started === undefined) throw new Error(`no call was started as ${name}`)
    return started
  }

  async #join(name: string, recorded: RecordedReply | undefined): Promise<void> {
    const { reply, step } = this.#call(name)
    await this.#compare(recorded, await reply, step)
  }

  async #start(step: Step): Promise<void> {
    const queueName = (step.body as { queueName: string }).queueName
    const before = await this.#inFlight(queueName)
    const controller = new AbortController()
    const reply = this.door({ ...this.#request(step), signal: controller.signal })
    const started: Started = { reply, controller, queueName, step, answered: false }
    reply.then(
      () => {
        started.answered = true
      },
      () => undefined,
    )
    this.#started.set(step.start as string, started)
    // On a socket the call must have arrived before the next step; the daemon tells.
    await until(`${step.start} has arrived`, async () => {
      return started.answered || (await this.#inFlight(queueName)) !== before
    })
  }

  async #abort(name: string): Promise<void> {
    const { controller, queueName } = this.#call(name)
    const before = await this.#inFlight(queueName)
    controller.abort()
    await until(`${name} was noticed to be gone`, async () => (await this.#inFlight(queueName)) !== before)
  }

  async #inFlight(queueName: string): Promise<number> {
    const { logicalQueues } = await this.daemon.client.queueStats({ queueName })
    return logicalQueues[0]?.inFlight ?? 0
  }

  /** A call as JSON, or, where its body is such a message, as protobuf both ways. */
  #request(step: Step): Raw {
    const path = `/v1/${step.call}`
    const text = JSON.stringify(this.#tokens.fill(step.body ?? {}))
    const key = step.key === undefined ? {} : { authorization: `Bearer ${this.#tokens.fill(step.key)}` }
    const name = methodAt(path)
    const schema = name === undefined ? undefined : schemaOf((METHODS[name] as Method).request)
    if (this.encoding === 'protobuf' && schema !== undefined) {
      try {
        const body = toBinary(schema, fromJsonString(schema, text))
        const type = 'application/protobuf'
        return { path, body, headers: { ...key, 'content-type': type, accept: type } }
      } catch {
        // A body that is wrong in JSON has no other form.
      }
    }
    return { path, body: text, headers: { ...key, 'content-type': 'application/json' } }
  }

  async #compare(recorded: RecordedReply | undefined, actual: RawReply, step?: Step): Promise<void> {
    if (recorded === undefined) return
    if (recorded.body !== undefined) {
      // Sorted first: which token stands for which value shows by its place.
      const body = sorted(bodyOf(actual, step), step)
      const known = sorted(await this.#withTrueCounts(recorded.body), step)
      const expected = this.#tokens.expected(known, body)
      expect({ status: actual.status, body }).toEqual({ status: recorded.status, body: expected })
    }
    expect(actual.status).toBe(recorded.status)
    if (recorded.bodyHex !== undefined) expect(actual.body.toString('hex')).toBe(recorded.bodyHex)
    for (const [name, value] of Object.entries(recorded.headers ?? {})) {
      expect(actual.headers[name] ?? null, `header ${name}`).toBe(value)
    }
  }

  /**
   * D3: in stats of several partitions the recordings give `total_leased` of the first one for each of them. The true
   * count is what storage says.
   */
  async #withTrueCounts(body: unknown): Promise<unknown> {
    const stats = body as { queue_name?: string; logicalQueues?: { partitions?: object[] }[] }
    const partitions = stats.logicalQueues?.[0]?.partitions
    if (partitions === undefined || partitions.length < 2) return body
    const queueName = stats.queue_name ?? ''
    const counted = partitions.map(async (recorded, partition) => {
      const { items } = await this.daemon.client.storageItemsList({ queueName, partition, limit: 100_000 })
      const leased = items.filter((item) => item.isLeased).length
      const { total_leased: _, ...rest } = recorded as { total_leased?: number }
      return leased === 0 ? rest : { ...rest, total_leased: leased }
    })
    return { ...stats, logicalQueues: [{ ...stats.logicalQueues?.[0], partitions: await Promise.all(counted) }] }
  }
}

function rawOf(raw: NonNullable<Step['raw']>): Raw {
  const { bodyRepeat, bodyHex, body } = raw
  const bytes =
    bodyRepeat !== undefined
      ? Buffer.from(bodyRepeat[0] + 'x'.repeat(bodyRepeat[1]) + bodyRepeat[2])
      : bodyHex !== undefined
        ? Buffer.from(bodyHex, 'hex')
        : body
  return {
    path: raw.path,
    headers: raw.headers,
    ...(raw.method === undefined ? {} : { method: raw.method }),
    ...(bytes === undefined ? {} : { body: bytes }),
  }
}

function bodyOf(actual: RawReply, step: Step | undefined): unknown {
  if (actual.body.length === 0) return actual.headers['content-type']?.includes('json') ? undefined : {}
  if (actual.headers['content-type'] !== 'application/protobuf') return JSON.parse(actual.body.toString('utf8'))
  const name = methodAt(`/v1/${step?.call}`)
  const failed = actual.status !== 200 || name === undefined
  const schema = schemaOf(failed ? Reply : (METHODS[name] as Method).response)
  return toJson(schema, fromBinary(schema, actual.body))
}

function sorted(body: unknown, step: Step | undefined): unknown {
  if (step?.sortBy === undefined) return body
  const copy = { ...(body as Record<string, unknown>) }
  for (const [list, key] of Object.entries(step.sortBy)) {
    copy[list] = [...((copy[list] ?? []) as Record<string, string>[])].sort((a, b) =>
      String(a[key]) < String(b[key]) ? -1 : 1,
    )
  }
  return copy
}
