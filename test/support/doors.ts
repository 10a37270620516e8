/** The ways into a daemon behind one interface. What a test finds must be the same through all of them. */
import { request as httpRequest } from 'node:http'
import type { TestDaemon } from '../../src/index.js'

/** A request written by hand. */
export interface Raw {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string
  readonly signal?: AbortSignal
}

/** A complete reply. */
export interface RawReply {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/** Sends a request through one door. */
export type Door = (raw: Raw) => Promise<RawReply>

const ALL: Record<string, (daemon: TestDaemon) => Promise<Door>> = {
  'in memory': async (daemon) => async (raw) => {
    const response = await daemon.fetch(raw.path, {
      method: raw.method ?? 'POST',
      headers: raw.headers ?? {},
      ...(raw.body === undefined ? {} : { body: bytesOf(raw.body).slice() }),
      ...(raw.signal === undefined ? {} : { signal: raw.signal }),
    })
    const body = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: Object.fromEntries(response.headers), body }
  },
  'over an in-memory connection': async (daemon) => overHttp({ createConnection: () => daemon.connect() as never }),
  'over TCP': async (daemon) => {
    const { hostname, port } = new URL(await daemon.listen())
    return overHttp({ host: hostname, port: Number(port) })
  },
}

/** All doors, or only those named in QUERATOR_DOORS. */
export const DOORS: typeof ALL = Object.fromEntries(
  Object.entries(ALL).filter(([name]) => (process.env.QUERATOR_DOORS ?? name).split(',').includes(name)),
)

function overHttp(options: object): Door {
  return (raw) =>
    new Promise((resolve, reject) => {
      const body = bytesOf(raw.body ?? '')
      const sent = httpRequest(
        {
          method: raw.method ?? 'POST',
          path: raw.path,
          headers: { ...raw.headers, ...(raw.body === undefined ? {} : { 'content-length': body.byteLength }) },
          ...(raw.signal === undefined ? {} : { signal: raw.signal }),
          ...options,
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers as Record<string, string>,
              body: Buffer.concat(chunks),
            }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : body
}
