/** Signals that stop a server: which count as one request, and which end it at once. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { stopSignal } from '../../src/cli/stop-signals.js'

/** A fake process whose time the test moves. */
function stoppable() {
  const signals = new EventEmitter()
  const ended: string[] = []
  let time = 1000
  const first = stopSignal({ process: signals, now: () => time, endBy: (signal) => ended.push(signal) })
  const send = (signal: NodeJS.Signals, after = 0) => {
    time += after
    // Node passes the signal name to its listeners.
    signals.emit(signal, signal)
  }
  const listening = () => signals.eventNames()
  return { first, ended, send, listening }
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s stops the server', async (signal) => {
  const { first, send, ended } = stoppable()
  send(signal)
  expect([await first, ended]).toEqual([signal, []])
})

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGHUP', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
] as const)('%s and any number of %s within half a second count as one request', async (one, other) => {
  const { first, send, ended, listening } = stoppable()
  send(one)
  for (const after of [0, 5, 5, 480]) send(other, after)
  expect([await first, ended]).toEqual([one, []])
  expect(listening()).toHaveLength(3)
})

test('a later signal ends the process at once, as if there were no listener', async () => {
  const { first, send, ended, listening } = stoppable()
  send('SIGINT')
  send('SIGINT', 500)
  expect([await first, ended, listening()]).toEqual(['SIGINT', ['SIGINT'], []])
})
