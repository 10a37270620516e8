/**
 * The only place for differences between a replay and the recordings. An unneeded entry fails the replay, and so does a
 * difference without an entry.
 *
 * Numbers such as D3 are explained in docs/differences.md. The scenarios avoid the situations in which D1 to D17 show, so
 * this list is short.
 */
import type { RecordedReply } from './recording.js'

/** A reply that differs from the recorded one. */
export interface Difference {
  readonly why: string
  /** The reply of the daemon. */
  readonly instead: RecordedReply
}

/** By title of the scenario and number of the step. */
export type BySteps<T> = Readonly<Record<string, Readonly<Record<number, T>>>>

/** The replies that differ. */
export const DIFFERENCES: BySteps<Difference> = {
  'items: reload keeps everything': {
    5: stats([
      { total: 2, total_leased: 1, average_age: '0s', average_leased_age: '1m0s' },
      { total: 1, average_age: '0s', average_leased_age: '0s' },
    ]),
  },
  'rules: R5: a leased item behind a free one stays with it': {
    8: stats([{ total: 3, total_leased: 1, average_age: '30.001s', average_leased_age: '14m29.992s' }]),
  },
  'transport: health': {
    1: {
      why: 'HEAD /health is answered here, because tools that wait for a server send it (docs/differences.md)',
      instead: {
        status: 200,
        contentType: 'application/health+json',
        headers: { 'content-type': 'application/health+json' },
      },
    },
  },
  'rules: paths, methods and headers out of the ordinary': {
    6: {
      why:
        'This is an answer of net/http, and not of Querator, which answers a GET in JSON: transport.json, "methods and ' +
        'paths", step 0. A DELETE with a body and no length, as Node sends it, comes before it on the same connection. ' +
        'Then net/http takes `{}GET` for the method and answers exactly this by itself.',
      instead: {
        status: 400,
        body: { code: 400, code_text: 'Bad Request', message: "http method 'GET' not allowed; only POST" },
        headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
      },
    },
  },
}

/** The recordings got the true count of leased items later, at the end of the message instead of at its place. */
function stats(partitions: readonly object[]): Difference {
  return {
    why: 'D3: the recorder put the true total_leased in later, and the fields are out of their order since',
    instead: { status: 200, body: { queue_name: 'q', logicalQueues: [{ partitions }] } },
  }
}

const SOURCE_ID = 'no field is called sourceId: its name is source_id'
const BASE64 = 'the line breaks are in the base64 text, which is in JSON only'

/** The calls whose body is not a message. They are sent as JSON even in a protobuf replay. */
export const NO_MESSAGE: BySteps<string> = {
  'queues: info': { 5: 'no field is called name' },
  'storage: import': { 4: SOURCE_ID },
  'rules: a source_id is free again when its item was moved to the dead letter queue': { 3: SOURCE_ID, 10: SOURCE_ID },
  'rules: a source_id that is taken answers with what was sent': { 1: SOURCE_ID, 2: SOURCE_ID, 3: SOURCE_ID },
  'rules: base64: line breaks count in its length': { 2: BASE64, 3: BASE64 },
}
