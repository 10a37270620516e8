/** Converts errors to replies and back (docs/protocol/admin.md §1.3). */
import { QueratorError } from '../errors.js'
import { visible } from '../visible.js'
import type { FieldsOf, Init, Shape } from './messages/message.js'
import type { Reply } from './messages/reply.js'

type ReplyFields = FieldsOf<typeof Reply>

/** The reply `{"code":200}`. */
export const OK_REPLY: Init<ReplyFields, never> = { code: 200 }

/** Returns an error as a reply: the code, its text and the message. It never includes the details. */
export function errorReply(error: QueratorError): Init<ReplyFields, never> {
  return { code: error.code, codeText: error.codeText, message: error.message }
}

/** Returns a reply as an error. `details` are those that came outside of the body. */
export function errorOf(reply: Shape<ReplyFields, never>, details: Record<string, string>): QueratorError {
  const all = { ...reply.details, ...details }
  return new QueratorError(reply.code, reply.message, {
    codeText: reply.codeText,
    details: all,
    ...(Object.keys(all).length > 0 ? { cause: hintOf(all) } : {}),
  })
}

/** Returns the details as a cause. Runners print causes, but not fields. */
function hintOf(details: Record<string, string>): Error {
  const { existing, nearest, lost, ...others } = details
  const lines = Object.entries(others).map(([name, value]) => `${name}: ${value}`)
  // Which queues there are instead does not help then.
  if (lost !== undefined) lines.unshift(lost)
  else if (existing !== undefined) lines.unshift(`there are: ${existing}`)
  if (nearest !== undefined) lines.unshift(`did you mean '${nearest}'?`)
  const hint = new Error(visible(lines.join(' ')))
  hint.name = 'Hint'
  hint.stack = `Hint: ${hint.message}`
  return hint
}
