/** The schemas of replies, for the OpenAPI document. test/api/control-openapi.test.ts compares them with what is sent. */
import { EVENT_KINDS } from '../engine/events/event-kinds.js'
import { DUMP_SCHEMA } from './dump-schema.js'

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>

const text = (description: string): Schema => ({ type: 'string', description })
const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description })
const flag = (description: string): Schema => ({ type: 'boolean', description })
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description })
const words = (description: string): Schema => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
})
const listOf = (name: string, description: string): Schema => {
  return { type: 'array', items: { $ref: `#/components/schemas/${name}` }, description }
}

/** Returns the schema of an object. All properties that are not in `optional` are there. */
function object(description: string, required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema {
  return { type: 'object', description, required: Object.keys(required), properties: { ...required, ...optional } }
}

const CLOCK = {
  now: count("The daemon's time, in milliseconds since 1970."),
  time: time('The same as a text.'),
  frozen: flag('Whether the clock stands still until it is moved.'),
}

const FIRED = listOf('Fired', 'What happened because time passed, in the order of the deadlines.')

/** The schemas by name. */
export const SCHEMAS = {
  Health: object('The version of the daemon and of the control plane.', {
    status: { const: 'pass' },
    version: text('The version of the package.'),
    control: {
      const: 1,
      description: 'The version of the control plane. A route that changes its meaning makes another one.',
    },
  }),
  Document: { type: 'object', description: 'An OpenAPI document.' },
  Clock: object('The clock.', CLOCK),
  Dump: DUMP_SCHEMA,
  Moved: object('The clock after a move, and what the move made happen.', { ...CLOCK, fired: FIRED }),
  Fired: object(
    'Something that happened because time passed.',
    {
      time: time('The deadline at which it was due.'),
      kind: text('What happened.'),
      queue: text('The name of the queue.'),
    },
    {
      partition: count('The number of the partition. Absent for lease-timed-out.'),
      id: text('The id of the item afterwards. Absent for lease-timed-out.'),
      reference: text("The producer's reference of the item. Absent for lease-timed-out."),
      deadQueue: text('For dead-lettered: the name of the dead letter queue.'),
      clientId: text('For lease-timed-out: the client that waited.'),
    },
  ),
  Queue: object('A queue that was paused or resumed.', {
    queue: text('The name of the queue.'),
    paused: flag('Whether it is paused now.'),
  }),
  Events: object('Events, the oldest first.', {
    events: listOf('Event', 'The events.'),
    last: count('The number of the last event that was looked at. Give it as `since` to go on.'),
    count: count('How many events there have been in all.'),
    more: flag('Whether there are more events than `limit`.'),
    missed: count('How many events between `since` and the first one here the daemon no longer keeps.'),
  }),
  History: object('What happened to an item, from its first event on.', {
    events: listOf('Event', 'The events, the oldest first.'),
    missed: count('How many events the daemon no longer keeps that may be about further items of this reference.'),
  }),
  Event: object(
    'Something that happened to an item, to a waiting lease, to a queue or to a call.',
    {
      number: { type: 'integer', minimum: 1, description: 'The number of the event: 1 for the first of the daemon.' },
      time: time("The time by the daemon's clock."),
      kind: { type: 'string', enum: EVENT_KINDS, description: 'What happened.' },
      queue: text('The name of the queue.'),
      queueId: count('Tells queues of the same name apart. 0 if there was no such queue.'),
      call: text('The call that caused the event, such as queue.produce, or clock for the passing of time.'),
    },
    {
      partition: count('The number of the partition.'),
      item: count('The number of the item. It stays when the id changes.'),
      id: text('The id of the item after the event.'),
      reference: text("The producer's reference of the item."),
      attempts: count('How often the item had been leased.'),
      clientId: text('The consumer that leases the item, or held it until then.'),
      producedBy: { type: 'object', description: 'The item whose handler produced this one.' },
      callSite: text('Where the call was made, for calls of the process of the daemon.'),
      callPath: { type: 'array', items: { type: 'string' }, description: 'The call site and its callers.' },
      until: time('When the lease runs out, the scheduled item is due, or the waiting lease ends.'),
      deadQueue: text('For dead-lettered: the name of the dead letter queue.'),
      code: count('For refused: the code of the error.'),
      codeText: text('For refused: the text of the code.'),
      message: text('For refused: the message of the error.'),
      details: words('For refused: hints.'),
      times: count('For refused and fault: how often that happened to the same call in a row.'),
      fault: text('For fault: what it did to the call, such as lose-reply.'),
      items: {
        type: 'array',
        items: { type: 'integer', minimum: 1 },
        description: 'For fault: the numbers of the items of the call.',
      },
    },
  ),
  EventStream: {
    type: 'string',
    description:
      'Server-sent events: `id` is the number of an event, `data` the event as JSON. Those of the types missed, restarted and end say something about the stream.',
  },
  Explanation: object('Why a lease gets nothing.', { text: text('A few lines.') }),
  Snapshot: object('A queue as text.', {
    text: text('One line for each item and waiting lease. The same in every run.'),
  }),
  Fault: object('A fault, and what it has done.', {
    fault: { type: 'integer', minimum: 1, description: 'The number of the fault.' },
    text: text('What it does, and to which calls.'),
    fired: count('On how many calls it has acted.'),
    matched: count('How many calls matched, whether it acted on them or not.'),
    held: count('How many calls it holds now.'),
    open: flag('Whether it may still act, or holds a call.'),
    nearest: {
      type: 'array',
      items: { type: 'string' },
      description: 'The calls that came nearest to those that it acts on, and how they differ.',
    },
  }),
  Faults: object('Faults.', { faults: listOf('Fault', 'The faults, in the order in which they were made.') }),
  Error: object('An error.', {
    code: count('The HTTP status.'),
    message: text('What is wrong, and what to do.'),
    details: words('Hints, such as the names that exist.'),
  }),
} as const satisfies Record<string, Schema>

/** The name of a schema. */
export type SchemaName = keyof typeof SCHEMAS
