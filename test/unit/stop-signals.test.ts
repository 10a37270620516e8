/** Signals that stop a server: what is the same request, and what ends it at once. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { stopSignal } from '../../src/cli/stop-signals.js'

/** A process whose time is moved by hand. */
function stoppable() {
  const signals = new EventEmitter()
  const ended: string[] = []
  let time = 1000
  const first = stopSignal({ process: signals, now: () => time, endBy: (signal) => ended.push(signal) })
  const send = (signal: NodeJS.Signals, after = 0) => {
    time += after
    // As Node does it.
    signals.emit(signal, signal)
  }
  const listening = () => signals.eventNames()
  return { first, ended, send, listening }
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s stops it', async (signal) => {
  const { first, send, ended } = stoppable()
  send(signal)
  expect([await first, ended]).toEqual([signal, []])
})

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGHUP', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
] as const)('%s and %s within half a second are one request, however often', async (one, other) => {
  const { first, send, ended, listening } = stoppable()
  send(one)
  for (const after of [0, 5, 5, 480]) send(other, after)
  expect([await first, ended]).toEqual([one, []])
  expect(listening()).toHaveLength(3)
})

test('a later one ends it at once, as if nobody listened', async () => {
  const { first, send, ended, listening } = stoppable()
  send('SIGINT')
  send('SIGINT', 500)
  expect([await first, ended, listening()]).toEqual(['SIGINT', ['SIGINT'], []])
})
