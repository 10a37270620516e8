/** Calls the control plane of a daemon, through any door. */
import type { TestDaemon } from '../../src/index.js'
import { DOORS, type RawReply } from './doors.js'

/** A reply of the control plane. */
export interface ControlReply {
  readonly status: number
  readonly headers: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: replies have many forms
  readonly body: any
}

/** Calls routes. */
export interface Control {
  get(path: string, headers?: Record<string, string>): Promise<ControlReply>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<ControlReply>
  send(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<ControlReply>
}

/** Turns the control plane of a daemon on, and returns how to call it through this door. */
export async function controlOf(daemon: TestDaemon, door = 'over TCP'): Promise<Control> {
  await daemon.listen({ control: true })
  const open = await (DOORS[door] as (typeof DOORS)[string])(daemon)
  const send = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    return parsed(await open({ method, path, headers, ...(body === undefined ? {} : { body }) }))
  }
  return {
    send,
    get: (path, headers) => send('GET', path, headers),
    post: (path, body = {}, headers) => send('POST', path, headers, JSON.stringify(body)),
  }
}

function parsed({ status, headers, body }: RawReply): ControlReply {
  return { status, headers, body: JSON.parse(body.toString()) }
}
