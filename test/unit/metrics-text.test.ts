/** The text of the metrics page, compared with what prom-client writes for the same figures. */
import fc from 'fast-check'
import { Counter, Gauge, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import type { QueueFigures } from '../../src/transport/figures.js'
import { METRICS_TYPE, metricsText } from '../../src/transport/metrics-text.js'
import { Timings } from '../../src/transport/timings.js'

const NAME = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'a', '{', '}') }),
)
const COUNT = fc.nat()

const MEMORY = { used: 12, limit: 100, storages: [{ storage: 'disk', bytes: 5 }] }

const FIGURES: fc.Arbitrary<QueueFigures> = fc.record({
  queue: NAME,
  namespace: NAME,
  items: COUNT,
  leased: COUNT,
  scheduled: COUNT,
  leasesWaiting: COUNT,
  totals: fc.record({
    produced: COUNT,
    leased: COUNT,
    completed: COUNT,
    retried: COUNT,
    leaseExpired: COUNT,
    expired: COUNT,
    deadLettered: COUNT,
  }),
})

/** The samples and the type of a family, as they stand on a page. */
function familyOf(page: string, name: string): string {
  const lines = page.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  return [...lines, page.split('\n').find((line) => line.startsWith(`# TYPE ${name} `))].join('\n')
}

test('writes gauges and counters of queues as prom-client does', async () => {
  const queues = fc.uniqueArray(FIGURES, { selector: ({ queue }) => queue, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(queues, async (figures) => {
      const registers = [new Registry()]
      const labelNames = ['queue', 'namespace']
      const gauge = new Gauge({ name: 'querator_queue_items_leased', help: 'x', labelNames, registers })
      const counter = new Counter({
        name: 'querator_queue_items_dead_lettered_total',
        help: 'x',
        labelNames,
        registers,
      })
      for (const { queue, namespace, leased, totals } of figures) {
        gauge.set({ queue, namespace }, leased)
        counter.inc({ queue, namespace }, totals.deadLettered)
      }
      const theirs = await (registers[0] as Registry).metrics()
      const ours = metricsText({
        timings: new Timings(),
        queues: figures,
        faults: [],
        memory: MEMORY,
        asked: {},
        inFlight: 0,
      })
      for (const name of ['querator_queue_items_leased', 'querator_queue_items_dead_lettered_total']) {
        expect(familyOf(ours, name)).toBe(familyOf(theirs, name))
      }
    }),
  )
  expect(METRICS_TYPE).toBe(Registry.PROMETHEUS_CONTENT_TYPE)
})

test('writes every family with its help, its type and its samples', () => {
  const totals = { produced: 7, leased: 6, completed: 5, retried: 4, leaseExpired: 3, expired: 2, deadLettered: 1 }
  const queue = { queue: 'q', namespace: 'n', items: 10, leased: 9, scheduled: 8, leasesWaiting: 11, totals }
  const faults = [{ kind: 'lose-reply', call: 'queue.complete', count: 4 }]
  const page = metricsText({
    timings: new Timings(),
    queues: [queue],
    faults,
    memory: MEMORY,
    asked: { 200: 1, 500: 2 },
    inFlight: 3,
  })
  const samples = page.split('\n').filter((line) => !line.startsWith('#'))
  expect(samples).toEqual([
    'promhttp_metric_handler_requests_total{code="200"} 1',
    'promhttp_metric_handler_requests_total{code="500"} 2',
    'promhttp_metric_handler_requests_in_flight 3',
    'querator_queue_items{queue="q",namespace="n"} 10',
    'querator_queue_items_leased{queue="q",namespace="n"} 9',
    'querator_queue_items_scheduled{queue="q",namespace="n"} 8',
    'querator_queue_leases_waiting{queue="q",namespace="n"} 11',
    'querator_queue_items_produced_total{queue="q",namespace="n"} 7',
    'querator_queue_items_leased_total{queue="q",namespace="n"} 6',
    'querator_queue_items_completed_total{queue="q",namespace="n"} 5',
    'querator_queue_items_retried_total{queue="q",namespace="n"} 4',
    'querator_queue_items_lease_expired_total{queue="q",namespace="n"} 3',
    'querator_queue_items_expired_total{queue="q",namespace="n"} 2',
    'querator_queue_items_dead_lettered_total{queue="q",namespace="n"} 1',
    'querator_faults_total{kind="lose-reply",call="queue.complete"} 4',
    'querator_memory_bytes 12',
    'querator_memory_limit_bytes 100',
    'querator_storage_bytes{storage="disk"} 5',
    '',
  ])
  const families = new Set(samples.slice(0, -1).map((line) => line.split(/[ {]/)[0]))
  for (const name of [...families, 'http_handler_duration']) {
    expect(page).toMatch(new RegExp(`^# HELP ${name} \\S.*\n# TYPE ${name} (gauge|counter|summary)$`, 'm'))
  }
})
