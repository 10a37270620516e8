/** The envelope of errors, and of replies without a message of their own (docs/protocol/admin.md §1.3). */
import { message, one } from './message.js'

export const Reply = message('duh.v1.Reply', {
  code: one(1, 'int32'),
  codeText: one(2, 'string'),
  message: one(3, 'string'),
  details: one(4, 'textMap'),
})
