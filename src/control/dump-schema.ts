/** The schema of a dump, as far as it tells a dump from anything else. Its fields are described in docs/crashes.md, and the daemon checks them. */
import { DUMP_FORMAT, DUMP_VERSION } from '../daemon/dump/daemon-dump.js'

const LIST = { type: 'array', items: { type: 'object' } }

const PROPERTIES = {
  format: { const: DUMP_FORMAT },
  version: { const: DUMP_VERSION },
  time: { type: 'string' },
  frozen: { type: 'boolean' },
  random: { type: 'integer' },
  queues: LIST,
  namespaces: LIST,
  users: LIST,
  apiKeys: LIST,
  roles: LIST,
  roleBindings: LIST,
}

/** What a daemon holds. */
export const DUMP_SCHEMA = {
  type: 'object',
  description: 'Everything that a daemon holds. See docs/crashes.md.',
  required: Object.keys(PROPERTIES).filter((name) => name !== 'random'),
  additionalProperties: false,
  properties: PROPERTIES,
}
