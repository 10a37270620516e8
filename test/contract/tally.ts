/** Counts what a replay sends and compares, so that nothing is skipped unnoticed. */
import type { Encoding } from '../../src/protocol/content-type.js'
import type { RecordedReply } from './recording.js'
import type { Form } from './request.js'

/** How much of a reply is compared, or why it is not. */
export type Compared = 'in full' | 'without a body' | 'with a difference' | 'not at all'

/** Steps by the form in which they were sent, and replies by how they were compared. */
export interface Tally {
  readonly sent: Record<Form, number>
  readonly compared: Record<Compared, number>
}

/** An empty tally. */
export function emptyTally(): Tally {
  return {
    sent: { json: 0, protobuf: 0, 'json for want of a message': 0, raw: 0 },
    compared: { 'in full': 0, 'without a body': 0, 'with a difference': 0, 'not at all': 0 },
  }
}

/** Adds one tally to another. */
export function add(to: Tally, { sent, compared }: Tally): void {
  for (const form of Object.keys(sent) as Form[]) to.sent[form] += sent[form]
  for (const how of Object.keys(compared) as Compared[]) to.compared[how] += compared[how]
}

/** How much of a reply was recorded. */
export function howMuch(recorded: RecordedReply): Compared {
  return recorded.body === undefined && recorded.bodyHex === undefined ? 'without a body' : 'in full'
}

/** The tally of all recordings. One reply is not compared, because its client went away. */
export const COUNTS: Record<Encoding, Tally> = {
  json: {
    sent: { json: 3265, protobuf: 0, 'json for want of a message': 0, raw: 96 },
    compared: { 'in full': 3356, 'without a body': 0, 'with a difference': 4, 'not at all': 1 },
  },
  protobuf: {
    sent: { json: 0, protobuf: 3256, 'json for want of a message': 9, raw: 96 },
    compared: { 'in full': 3356, 'without a body': 0, 'with a difference': 4, 'not at all': 1 },
  },
}
