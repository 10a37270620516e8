/** What a daemon says at its start about callers without a key. */

/** The message at the start with an auth backend (docs/protocol/admin.md §2.6). */
export const OPEN_DOOR =
  "SYSTEM RUNNING IN OPEN DOOR MODE: whoever sends no key is an administrator, until the role binding of 'anonymous' to 'Admin' in '_system' is deleted"
