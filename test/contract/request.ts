/** How a step is sent: as JSON, as protobuf, or byte for byte as recorded. Nothing is chosen silently. */
import { fromJsonString, type Message, toBinary } from '@bufbuild/protobuf'
import { type Encoding, MEDIA_TYPE } from '../../src/protocol/content-type.js'
import { METHODS, type Method, methodAt } from '../../src/protocol/methods.js'
import type { Raw } from '../support/doors.js'
import { schemaOf } from '../support/library.js'
import { NO_MESSAGE } from './differences.js'
import type { Step } from './recording.js'

/** The form of a step. `json for want of a message` occurs in a protobuf replay. */
export type Form = Encoding | 'json for want of a message' | 'raw'

/** The form in which a step is sent. @throws if it contradicts the list of calls that are not messages */
export function formOf(title: string, index: number, step: Step, encoding: Encoding): Form {
  if (step.raw !== undefined) return 'raw'
  if (encoding === 'json') return 'json'
  const listed = NO_MESSAGE[title]?.[index] !== undefined
  // What the server could not read is not a message, even if the library, which is less strict, could read it.
  const refused = step.reply?.status === 455
  const error = refused ? undefined : errorOf(step)
  if (listed && !refused && error === undefined) throw new Error('this is a message: remove it from the list')
  if (!listed && refused)
    throw new Error('the server could not read this: add it to the list of bodies that are not messages')
  if (!listed && error !== undefined) throw error
  return listed ? 'json for want of a message' : 'protobuf'
}

/** The request of a step with its tokens filled in. A protobuf replay asks for every reply in protobuf. */
export function requestOf(step: Step, form: Form, encoding: Encoding): Raw {
  if (step.raw !== undefined) return rawRequest(step.raw)
  const headers = {
    'content-type': MEDIA_TYPE[form === 'protobuf' ? 'protobuf' : 'json'],
    ...(encoding === 'protobuf' ? { accept: MEDIA_TYPE.protobuf } : {}),
    ...(step.key === undefined ? {} : { authorization: `Bearer ${step.key}` }),
  }
  const body = form === 'protobuf' ? inProtobuf(step) : JSON.stringify(step.body ?? {})
  return { path: `/v1/${step.call}`, headers, body }
}

function errorOf(step: Step): unknown {
  try {
    inProtobuf(step)
    return undefined
  } catch (error) {
    return error
  }
}

/** @throws if the body is not a message */
function inProtobuf(step: Step): Uint8Array {
  const name = methodAt(`/v1/${step.call}`)
  if (name === undefined) throw new Error(`there is no call ${step.call}`)
  const schema = schemaOf((METHODS[name] as Method).request)
  return toBinary(schema, fromJsonString(schema, JSON.stringify(step.body ?? {})) as Message)
}

function rawRequest(raw: NonNullable<Step['raw']>): Raw {
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
