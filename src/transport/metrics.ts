/** The reply to GET /metrics (docs/protocol/admin.md §1.5). */
import { TextEncoder } from 'node:util'
import type { Headers, WireReply } from '../protocol/exchange.js'
import type { Figures } from './figures.js'
import type { Timings } from './timings.js'

/** Makes the metrics page and counts its requests. */
export class MetricsPage {
  readonly #timings: Timings
  readonly #asked: Record<number, number> = { 200: 0, 500: 0, 503: 0 }
  #inFlight = 0

  constructor(timings: Timings) {
    this.#timings = timings
  }

  /** Returns the page as a reply, with what is seen of the daemon. It is compressed if the client accepts that. */
  async reply(
    headers: Headers,
    seen: () => Promise<Pick<Figures, 'queues' | 'faults' | 'memory'>>,
  ): Promise<WireReply> {
    this.#inFlight++
    try {
      // Few tests ask for metrics.
      const { METRICS_TYPE, metricsText } = await import('./metrics-text.js')
      const figures = { timings: this.#timings, ...(await seen()), asked: this.#asked, inFlight: this.#inFlight }
      const body = new TextEncoder().encode(metricsText(figures))
      this.#count(200)
      const type = { 'content-type': METRICS_TYPE }
      if (!takesGzip(headers['accept-encoding'])) return { status: 200, headers: type, body }
      return {
        status: 200,
        headers: { ...type, 'content-encoding': 'gzip' },
        body: process.getBuiltinModule('node:zlib').gzipSync(body),
      }
    } catch (error) {
      this.#count(500)
      throw error
    } finally {
      this.#inFlight--
    }
  }

  #count(status: number): void {
    this.#asked[status] = (this.#asked[status] ?? 0) + 1
  }
}

function takesGzip(accepted = ''): boolean {
  return accepted.split(',').some((coding) => {
    const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase())
    return (name === 'gzip' || name === '*') && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}
