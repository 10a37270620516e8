/** Which requests may still be open when the tests of a file are over. */
import { EventEmitter } from 'node:events'
import type { ClientRequest } from 'node:http'
import { expect, test } from 'vitest'
import { noteOpenRequest } from '../../src/client/open-requests.js'
import { trackOpenRequests } from '../../src/fixtures/release-sockets.js'

/** A request whose socket counts how often it is unref'd. */
function request() {
  const socket = { unrefs: 0, unref: () => void socket.unrefs++ }
  return Object.assign(new EventEmitter(), { socket }) as unknown as ClientRequest & { socket: typeof socket }
}

test('only requests of the tests are released: those that delete queues afterwards keep the process alive', () => {
  const release = trackOpenRequests()
  const [waiting, done, deleting] = [request(), request(), request()]
  noteOpenRequest(waiting)
  noteOpenRequest(done)
  done.emit('close')
  release()
  noteOpenRequest(deleting)
  expect([waiting, done, deleting].map(({ socket }) => socket.unrefs)).toEqual([1, 0, 0])
})

test('a request that has no socket yet is released when it gets one', () => {
  const release = trackOpenRequests()
  const early = Object.assign(request(), { socket: undefined as never })
  noteOpenRequest(early)
  release()
  const { socket } = request()
  early.emit('socket', socket)
  expect(socket.unrefs).toBe(1)
})
