/** The port of a daemon and its connections in memory, from one life to the next. */
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { MovableClock } from '../../src/clock/movable-clock.js'
import type { Faults } from '../../src/daemon/faults/faults.js'
import { Listeners } from '../../src/daemon/listeners.js'
import { Presence } from '../../src/daemon/lives/presence.js'
import type { Handler } from '../../src/transport/handler.js'
import { HttpServer } from '../../src/transport/http/http-server.js'
import { LAST } from '../support/raw-http.js'

function newListeners() {
  const reply = { status: 200, headers: {}, body: new Uint8Array() }
  const handle = vi.fn(async () => reply)
  const faults = { isAway: false, turnedAway: () => undefined, presence: new Presence() } as unknown as Faults
  const handler = { others: undefined, passes: () => true, handle } as unknown as Handler
  const meter = { add: () => undefined } as never
  return { listeners: new Listeners(faults, handler, new MovableClock('frozen').exact, meter), handle }
}

test('a connection that no server has taken breaks when the daemon goes down, also if it has a port', async () => {
  const { listeners, handle } = newListeners()
  await listeners.listen()
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const line = listeners.connect(gate)
  line.on('error', () => undefined)
  const closed = once(line, 'close')
  line.write(LAST)
  await listeners.leave()
  letGo()
  await listeners.comeBack()
  await closed
  expect(handle).not.toHaveBeenCalled()
  await listeners.close()
})

test('one server serves the port in all lives', async () => {
  const { listeners } = newListeners()
  const reset = vi.spyOn(HttpServer.prototype, 'resetConnections')
  const address = await listeners.listen()
  for (let life = 0; life < 3; life++) {
    await listeners.leave()
    await listeners.comeBack()
  }
  expect(await listeners.listen()).toBe(address)
  reset.mockClear()
  listeners.resetConnections()
  expect(reset).toHaveBeenCalledTimes(1)
  reset.mockRestore()
  await listeners.close()
})
