/** Typed clients for every door of a daemon, for the clients of a history. */
import { QueratorClient } from '../../src/client/client.js'
import type { TestDaemon } from '../../src/index.js'
import type { Send } from '../../src/protocol/exchange.js'
import { DOORS, type Door } from '../support/doors.js'
import { turn } from './turn.js'

/** The door through which a client comes. */
export type DoorName = 'client' | 'fetch' | 'connection' | 'TCP'

/** All doors. */
export const DOOR_NAMES: readonly DoorName[] = ['client', 'fetch', 'connection', 'TCP']

/** The calls that clients of a history make. */
export type Calls = Pick<
  QueratorClient,
  | 'queueProduce'
  | 'queueLease'
  | 'queueComplete'
  | 'queueRetry'
  | 'queueClear'
  | 'queueStats'
  | 'storageItemsList'
  | 'storageScheduledList'
  | 'queuesDelete'
>

/** A client, and how to wait for its door. */
export interface Client {
  readonly calls: Calls
  /** Resolves once the daemon has seen everything this client did. Undefined if it always has. */
  readonly seen: (() => Promise<void>) | undefined
}

/** Opens a door. Two doors use JSON, two protobuf. */
export async function openDoor(daemon: TestDaemon, name: DoorName): Promise<Client> {
  switch (name) {
    case 'client':
      return { calls: daemon.client, seen: undefined }
    case 'fetch':
      // Bodies of bytes are read as streams.
      return { calls: through(await door(daemon, 'in memory'), 'json'), seen: () => turn(2) }
    case 'connection':
      return overSocket(await door(daemon, 'over an in-memory connection'), 'protobuf')
    case 'TCP':
      return overSocket(await door(daemon, 'over TCP'), 'json')
  }
}

/**
 * Does a few exchanges on other sockets. They end in later turns of the event loop than the one in which earlier
 * sockets became readable.
 */
function overSocket(ask: Door, encoding: 'json' | 'protobuf'): Client {
  const seen = async () => {
    for (let round = 0; round < 3; round++) await ask({ method: 'GET', path: '/health' })
  }
  return { calls: through(ask, encoding), seen }
}

async function door(daemon: TestDaemon, name: string): Promise<Door> {
  const open = DOORS[name]
  if (open === undefined) throw new Error(`there is no door '${name}'`)
  return open(daemon)
}

function through(ask: Door, encoding: 'json' | 'protobuf'): QueratorClient {
  const send: Send = ({ method, target, headers, body, signal }) => {
    return ask({
      method,
      path: target,
      headers: headers as Record<string, string>,
      body: encoding === 'json' ? Buffer.from(body as Uint8Array).toString('utf8') : (body as Uint8Array),
      ...(signal === undefined ? {} : { signal }),
    })
  }
  return new QueratorClient({ encoding, send })
}
