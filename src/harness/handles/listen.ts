/** Opens the port of a daemon. */
import { inspect } from 'node:util'
import { checkOptions } from '../../client/known-options.js'
import { usageError } from '../../errors.js'
import type { Backing } from '../backing/backing.js'

/** Options of `daemon.listen()`. */
export interface ListenOptions {
  /** The address to listen on. Default `'127.0.0.1'`. */
  host?: string
  /** The port. Default 0: any free port. */
  port?: number
  /**
   * Whether the port serves `/test/…` too, so that other processes can move the clock (docs/control-plane.md). Default `false`. Only programs
   * on this machine may use it, unless you name the `host` by which others reach it.
   */
  control?: boolean | ControlOptions
}

/** Who may use the control plane of a daemon. */
export interface ControlOptions {
  /** A host name beside the loopback ones, such as `'querator'`. Other machines may use it then. Default: only this machine may. */
  host?: string
}

const HOST_NAME = /^(?:[\w.-]+|\[[0-9a-f:.]+\])$/i

/** See `daemon.listen`. */
export async function listen(backing: Backing, options: ListenOptions): Promise<string> {
  checkOptions('listen', options, ['host', 'port', 'control'])
  const { control = false, ...where } = options
  const plane = controlOf(control)
  const url = await backing.listen(where)
  if (plane !== undefined) await backing.serveControl(plane)
  return url
}

/** Returns the options of the control plane. Undefined if there is to be none. @throws QueratorError if the option is wrong */
function controlOf(control: boolean | ControlOptions): ControlOptions | undefined {
  if (typeof control === 'boolean') return control ? {} : undefined
  checkOptions('listen: control', control, ['host'])
  const { host } = control
  if (host === undefined || (typeof host === 'string' && HOST_NAME.test(host))) return control
  throw usageError(
    `listen: control.host is the name of a host, such as 'querator', without a port; got ${inspect(host)}`,
  )
}
