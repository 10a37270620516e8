/** Opens the port of a daemon. */
import { checkOptions } from '../../client/known-options.js'
import type { Backing } from '../backing/backing.js'

/** Options of `daemon.listen()`. */
export interface ListenOptions {
  /** The address to listen on. Default `'127.0.0.1'`. */
  host?: string
  /** The port. Default 0: any free port. */
  port?: number
}

/** See `daemon.listen`. */
export async function listen(backing: Backing, options: ListenOptions): Promise<string> {
  checkOptions('listen', options, ['host', 'port'])
  return backing.listen(options)
}
