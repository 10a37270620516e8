/** The reply to GET /health (docs/protocol/admin.md §1.5), and to HEAD, which Querator rejects. */
import { TextEncoder } from 'node:util'
import type { WireReply } from '../protocol/exchange.js'

/** The result of the health check. */
export interface Health {
  readonly healthy: boolean
  readonly version: string
  /** The daemon's time, in milliseconds since 1970. */
  readonly now: number
}

/** Returns the reply of the health check: 200, or 503 if it fails. */
export function healthReply({ healthy, version, now }: Health): WireReply {
  const status = healthy ? 'pass' : 'fail'
  const check = {
    componentType: 'datastore',
    status,
    time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(healthy ? {} : { output: 'storage check failed' }),
  }
  const body = `${JSON.stringify({ status, version, checks: { 'queues:storage': [check] } })}\n`
  return {
    status: healthy ? 200 : 503,
    headers: { 'content-type': 'application/health+json' },
    body: new TextEncoder().encode(body),
  }
}
