/**
 * Tests of the replayer itself. Against a server that returns what was recorded, every scenario passes. With one value
 * changed, every one fails. So the daemon cannot differ from the recordings unnoticed.
 */
import { describe, expect, test } from 'vitest'
import type { Encoding } from '../../src/protocol/content-type.js'
import type { RawReply } from '../support/doors.js'
import { changesOf } from './altered-replies.js'
import { type Compare, compareReply } from './compare.js'
import { type BySteps, DIFFERENCES, NO_MESSAGE } from './differences.js'
import { RecordedServer } from './recorded-server.js'
import { allScenarios, RECORDED_FILES, type Scenario, type Step, scenariosOf } from './recording.js'
import { Replay } from './replay.js'
import { add, COUNTS, emptyTally } from './tally.js'

const ENCODINGS = ['json', 'protobuf'] as const

interface Variation {
  /** The scenario of the server, if it differs. */
  readonly answers?: Scenario
  readonly compare?: Compare
  /** Changes a reply on its way. */
  readonly spoil?: (reply: RawReply) => RawReply
}

/** Replays a scenario against the recorded replies. */
async function replayed(scenario: Scenario, encoding: Encoding, variation: Variation = {}): Promise<Replay> {
  const { answers = scenario, compare, spoil = (reply: RawReply) => reply } = variation
  const server = new RecordedServer(answers, encoding)
  const replay = new Replay(scenario, server, async (raw) => spoil(await server.door(raw)), encoding, compare)
  for (const index of scenario.steps.keys()) {
    server.next(index)
    await replay.step(index)
  }
  replay.end()
  return replay
}

function scenario(...steps: Step[]): Scenario {
  return { name: '', title: 'made up', steps }
}

describe.each(ENCODINGS)('%s', (encoding) => {
  test('every scenario passes, and everything recorded is sent and compared', async () => {
    const total = emptyTally()
    for (const recorded of allScenarios()) add(total, (await replayed(recorded, encoding)).tally)
    expect(total).toEqual(COUNTS[encoding])
  })

  test.each(RECORDED_FILES)('%s: notices any single change in a reply', async (file) => {
    const missed: string[] = []
    // The walks are long and uniform, so a sample of their replies is enough.
    const every = file.startsWith('walks') ? 10 : 1
    let replies = 0
    const compare: Compare = (recorded, actual, asked, tokens) => {
      for (const [what, changed] of replies++ % every === 0 ? changesOf(recorded, tokens) : []) {
        if (passes(() => compareReply(changed, actual, asked, tokens.copy()))) missed.push(`reply ${replies}: ${what}`)
      }
      compareReply(recorded, actual, asked, tokens)
    }
    for (const recorded of scenariosOf(file)) await replayed(recorded, encoding, { compare })
    expect([missed, replies > 0]).toEqual([[], true])
  })
})

function passes(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}

const LIST = { call: 'storage/items.list', body: { queueName: 'q' } }
const leased = (id: string) => ({ status: 200, body: { items: [{ id, is_leased: true }] } })
const listed = scenario({ ...LIST, reply: leased('<id 1>') }, { ...LIST, reply: leased('<id 2>') })

describe.each(ENCODINGS)('%s: the comparison', (encoding) => {
  test('refuses one token for two values, and two tokens for one value', async () => {
    const same = scenario({ ...LIST, reply: leased('<id 1>') }, { ...LIST, reply: leased('<id 1>') })
    await expect(replayed(same, encoding, { answers: listed })).rejects.toThrow('step 1')
    await expect(replayed(listed, encoding, { answers: same })).rejects.toThrow('step 1')
  })

  test('refuses a token sent before its value is known, and a value that is not an id', async () => {
    const early = scenario({ call: 'queue.complete', body: { ids: ['<id 1>'] }, reply: { status: 200, body: {} } })
    await expect(replayed(early, encoding)).rejects.toThrow('nothing is known yet that <id 1> could stand for')
    const short = scenario({ ...LIST, reply: leased('short') })
    await expect(
      replayed(scenario({ ...LIST, reply: leased('<id 1>') }), encoding, { answers: short }),
    ).rejects.toThrow()
  })

  test('accepts any value where the recording leaves it open', async () => {
    const open = scenario({ ...LIST, reply: { status: 200, body: { items: [{ reference: '<any>' }] } } })
    const empty = scenario({ ...LIST, reply: { status: 200, body: { items: [{}] } } })
    await expect(replayed(open, encoding, { answers: empty })).rejects.toThrow('step 0')
  })

  test('refuses another order, except for a list in random order', async () => {
    const alice = { id: '<id 1>', username: 'alice' }
    const bob = { id: '<id 2>', username: 'bob' }
    const list = (items: object[], more: Step = {}): Scenario => {
      return scenario({ call: 'users.list', body: {}, reply: { status: 200, body: { items } }, ...more })
    }
    const answers = list([bob, alice])
    await expect(replayed(list([alice, bob]), encoding, { answers })).rejects.toThrow('step 0')
    await replayed(list([alice, bob], { sortBy: { items: 'username' } }), encoding, { answers })
  })

  test('refuses a reply where none was recorded', async () => {
    await expect(replayed(scenario(LIST), encoding, { answers: listed })).rejects.toThrow('no reply was recorded')
  })

  test.each<[string, (reply: RawReply) => RawReply]>([
    ['no content type', (reply) => ({ ...reply, headers: {} })],
    ['the other content type', (reply) => ({ ...reply, headers: { 'content-type': otherThan(encoding) } })],
    ['a body that is cut off', (reply) => ({ ...reply, body: reply.body.subarray(0, -1) })],
    ['a body longer than the message', (reply) => ({ ...reply, body: Buffer.concat([reply.body, surplus(encoding)]) })],
    ['a repeated field', (reply) => ({ ...reply, body: doubled(reply.body, encoding) })],
  ])('refuses %s', async (_, spoil) => {
    await expect(replayed(listed, encoding, { spoil })).rejects.toThrow('step 0')
  })
})

function otherThan(encoding: Encoding): string {
  return `application/${encoding === 'json' ? 'protobuf' : 'json'}`
}

/** A blank in JSON, or a field unknown to all messages in protobuf. */
function surplus(encoding: Encoding): Buffer {
  return encoding === 'json' ? Buffer.from(' ') : Buffer.from([0xc2, 0x3e, 0x01, 0x78])
}

/** Repeats `is_leased` with the same value. A reader takes the last one. */
function doubled(body: Buffer, encoding: Encoding): Buffer {
  const text = body.toString('latin1')
  if (encoding === 'json') return Buffer.from(text.replace('"is_leased":true', '"is_leased":true,"is_leased":true'))
  // The reply is one item: its number, its length in a byte, the item. `is_leased` is field 3, at its end.
  return Buffer.concat([
    body.subarray(0, 1),
    Buffer.from([body.readUInt8(1) + 2]),
    body.subarray(2),
    Buffer.from([0x18, 1]),
  ])
}

describe('calls that wait', () => {
  const start = { start: 'l', call: 'queue.lease', body: { queueName: 'q', clientId: 'c' } }
  const join = { join: 'l', reply: { status: 200, body: { queue_name: 'q' } } }
  const waits = { waits: 'l' }
  const advance = { advance: '1s' }
  const answers = scenario(start, waits, join, advance)

  test('pass as recorded', async () => {
    const { tally } = await replayed(answers, 'json')
    expect(tally.compared['in full']).toBe(1)
  })

  test.each<[string, Scenario, string]>([
    ['a join without a reply', scenario(start, join), 'gave up waiting until l is answered'],
    ['a reply to a call that should wait', scenario(start, waits, advance, waits), 'the state of l'],
    ['a reply that is never joined', scenario(start, waits, advance), 'calls that were started and never joined'],
    ['a call that is never joined', scenario(start), 'calls that were started and never joined'],
    ['a call aborted after its reply', scenario(start, waits, advance, { abort: 'l' }), 'the state of l'],
    ['a call that was never started', scenario(join), 'no call was started as l'],
  ])('the replay notices %s', async (_, changed, message) => {
    await expect(replayed(changed, 'json', { answers })).rejects.toThrow(message)
  })
})

describe('the lists of differences', () => {
  function stepsOf(list: BySteps<unknown>): [string, Step | undefined][] {
    const all = new Map(allScenarios().map((recorded) => [recorded.title, recorded]))
    return Object.entries(list).flatMap(([title, entries]) =>
      Object.keys(entries).map((index): [string, Step | undefined] => [title, all.get(title)?.steps[Number(index)]]),
    )
  }

  test('name only existing steps', () => {
    for (const [title, step] of [...stepsOf(DIFFERENCES), ...stepsOf(NO_MESSAGE)]) {
      expect(step?.reply, title).toBeDefined()
    }
  })

  test('contain no entry for a reply that matches the recording', async () => {
    for (const title of Object.keys(DIFFERENCES)) {
      const recorded = allScenarios().find((one) => one.title === title) as Scenario
      const answers = { ...recorded, title: 'not on the list' }
      await expect(replayed(recorded, 'json', { answers })).rejects.toThrow('remove it from the list of differences')
    }
  })

  test('list exactly the calls whose body is not a message', async () => {
    const info = (body: object, status: number): Step => ({ call: 'queues.info', body, reply: { status, body: {} } })
    const at5 = (step: Step) => ({ ...scenario({}, {}, {}, {}, {}, step), title: 'queues: info' })
    const sent = async (one: Scenario) => {
      const server = new RecordedServer(one, 'protobuf')
      const index = one.steps.length - 1
      server.next(index)
      await new Replay(one, server, server.door, 'protobuf').step(index)
    }
    await expect(sent(at5(info({ queueName: 'q' }, 200)))).rejects.toThrow('remove it from the list')
    await expect(sent(scenario(info({ queueName: 'q' }, 455)))).rejects.toThrow('add it to the list')
    await expect(sent(scenario(info({ name: 'q' }, 400)))).rejects.toThrow('key "name" is unknown')
    await expect(sent(scenario({ ...info({}, 501), call: 'queues.nope' }))).rejects.toThrow('there is no call')
  })
})

test('the replayer reads every field of the recordings', () => {
  const known = {
    scenario: ['name', 'note', 'daemon', 'steps', 'title'],
    step: 'call body key raw reply start join waits abort advance pause on sortBy'.split(' '),
    raw: ['method', 'path', 'headers', 'body', 'bodyHex', 'bodyRepeat'],
    reply: ['status', 'body', 'bodyHex', 'contentType', 'headers'],
  }
  const unknown = (what: keyof typeof known, fields: object = {}) => {
    return Object.keys(fields).filter((name) => !known[what].includes(name))
  }
  for (const recorded of allScenarios()) {
    const found = recorded.steps.flatMap((step) => [
      ...unknown('step', step),
      ...unknown('raw', step.raw),
      ...unknown('reply', step.reply),
    ])
    expect([recorded.title, ...unknown('scenario', recorded), ...found]).toEqual([recorded.title])
  }
  const titles = allScenarios().map(({ title }) => title)
  expect(new Set(titles).size).toBe(titles.length)
})
