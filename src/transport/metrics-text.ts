/** Formats the metrics as Prometheus text: the families that Querator has, and further ones for queues. */
import { Counter, Gauge, Registry, Summary } from 'prom-client'
import type { Figures, QueueFigures } from './figures.js'
import type { PathTimings, Timings } from './timings.js'

/** The media type of the text. */
export const METRICS_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE

const QUANTILES = [0.5, 0.99]
const QUEUE_LABELS = ['queue', 'namespace']

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

/** Returns the metrics as text. */
export function metricsText({ timings, queues, asked, inFlight }: Figures): Promise<string> {
  const registers = [new Registry()]
  new TimingsSummary(timings, registers)
  const requests = new Counter({
    name: 'promhttp_metric_handler_requests_total',
    help: 'Total number of scrapes by HTTP status code.',
    labelNames: ['code'],
    registers,
  })
  for (const [code, count] of Object.entries(asked)) requests.inc({ code }, count)
  new Gauge({
    name: 'promhttp_metric_handler_requests_in_flight',
    help: 'Current number of scrapes being served.',
    registers,
  }).set(inFlight)
  for (const [name, help, value] of GAUGES) {
    const gauge = new Gauge({ name, help, labelNames: QUEUE_LABELS, registers })
    for (const queue of queues) gauge.set(labelsOf(queue), value(queue))
  }
  for (const [name, help, value] of COUNTERS) {
    const counter = new Counter({ name, help, labelNames: QUEUE_LABELS, registers })
    for (const queue of queues) counter.inc(labelsOf(queue), queue.totals[value])
  }
  return (registers[0] as Registry).metrics()
}

function labelsOf({ queue, namespace }: QueueFigures) {
  return { queue, namespace }
}

/** The durations that the handler recorded before this file was loaded. */
class TimingsSummary extends Summary<'path' | 'quantile'> {
  readonly #timings: Timings

  constructor(timings: Timings, registers: Registry[]) {
    const help = 'The timings of http requests handled by the service'
    super({ name: 'http_handler_duration', help, labelNames: ['path'], registers })
    this.#timings = timings
  }

  override async get() {
    const metric = await super.get()
    const values = [...this.#timings.entries()].flatMap(([path, timings]) => samplesOf(metric.name, path, timings))
    return { ...metric, values }
  }
}

function samplesOf(name: string, path: string, { count, sum, latest }: PathTimings) {
  const sorted = Float64Array.from(latest).sort()
  const quantiles = QUANTILES.map((quantile) => ({
    metricName: name,
    labels: { path, quantile },
    value: sorted[Math.ceil(quantile * sorted.length) - 1] ?? Number.NaN,
  }))
  const whole = [
    { metricName: `${name}_sum`, labels: { path }, value: sum },
    { metricName: `${name}_count`, labels: { path }, value: count },
  ]
  return [...quantiles, ...whole]
}
