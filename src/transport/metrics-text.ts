/** The figures of a daemon in Prometheus' text format: Querator's own families, and those of the queues. */
import type { Figures, QueueFigures } from './figures.js'
import type { PathTimings } from './timings.js'

/** The media type of the format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const QUANTILES = [0.5, 0.99]

/** The families for queues: name, help and value. */
const GAUGES: [name: string, help: string, value: (queue: QueueFigures) => number][] = [
  ['querator_queue_items', 'Items in the queue that are not scheduled, leased ones included', (queue) => queue.items],
  ['querator_queue_items_leased', 'Items that a consumer holds', (queue) => queue.leased],
  ['querator_queue_items_scheduled', 'Items that wait for their time', (queue) => queue.scheduled],
  ['querator_queue_leases_waiting', 'Lease requests that wait for an item', (queue) => queue.leasesWaiting],
]
const COUNTERS: [name: string, help: string, value: keyof QueueFigures['totals']][] = [
  ['querator_queue_items_produced_total', 'Items added by queue.produce', 'produced'],
  ['querator_queue_items_leased_total', 'Items handed to consumers, each time counted', 'leased'],
  ['querator_queue_items_completed_total', 'Items completed', 'completed'],
  ['querator_queue_items_retried_total', 'Items given back by queue.retry, dead ones included', 'retried'],
  ['querator_queue_items_lease_expired_total', 'Items whose lease ran out', 'leaseExpired'],
  ['querator_queue_items_expired_total', 'Items whose expire timeout ended', 'expired'],
  ['querator_queue_items_dead_lettered_total', 'Items put into the dead letter queue', 'deadLettered'],
]

/** A line of the format. */
interface Sample {
  /** Follows the name of the family. */
  readonly suffix?: '_sum' | '_count'
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Writes the page. */
export function metricsText({ timings, queues, faults, memory, asked, inFlight }: Figures): string {
  const ofQueues = (value: (queue: QueueFigures) => number): Sample[] =>
    queues.map((queue) => ({ labels: { queue: queue.queue, namespace: queue.namespace }, value: value(queue) }))
  return [
    family(
      'http_handler_duration',
      'summary',
      'The timings of http requests handled by the service',
      [...timings.entries()].flatMap(([path, ofPath]) => timingSamples(path, ofPath)),
    ),
    family(
      'promhttp_metric_handler_requests_total',
      'counter',
      'Total number of scrapes by HTTP status code.',
      Object.entries(asked).map(([code, value]) => ({ labels: { code }, value })),
    ),
    family('promhttp_metric_handler_requests_in_flight', 'gauge', 'Current number of scrapes being served.', [
      { labels: {}, value: inFlight },
    ]),
    ...GAUGES.map(([name, help, value]) => family(name, 'gauge', help, ofQueues(value))),
    ...COUNTERS.map(([name, help, of]) =>
      family(
        name,
        'counter',
        help,
        ofQueues(({ totals }) => totals[of]),
      ),
    ),
    family(
      'querator_faults_total',
      'counter',
      'Calls that a fault of a test acted on',
      faults.map(({ kind, call, count }) => ({ labels: { kind, call }, value: count })),
    ),
    ...memoryFamilies(memory),
  ].join('')
}

function memoryFamilies({ used, limit, storages }: Figures['memory']): string[] {
  return [
    family('querator_memory_bytes', 'gauge', 'Items and requests in memory, which count against its limit', [
      { labels: {}, value: used },
    ]),
    family('querator_memory_limit_bytes', 'gauge', 'The limit of items and requests in memory', [
      { labels: {}, value: limit },
    ]),
    family(
      'querator_storage_bytes',
      'gauge',
      'What a storage holds on disk, roughly',
      storages.map(({ storage, bytes }) => ({ labels: { storage }, value: bytes })),
    ),
  ]
}

function timingSamples(path: string, { count, sum, latest }: PathTimings): Sample[] {
  const sorted = Float64Array.from(latest).sort()
  const quantiles = QUANTILES.map((quantile) => ({
    labels: { path, quantile: String(quantile) },
    value: sorted[Math.ceil(quantile * sorted.length) - 1] ?? Number.NaN,
  }))
  return [
    ...quantiles,
    { suffix: '_sum', labels: { path }, value: sum },
    { suffix: '_count', labels: { path }, value: count },
  ]
}

/** A family and its samples. The helps above need no escapes. */
function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${labelsText(labels)} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')
}
