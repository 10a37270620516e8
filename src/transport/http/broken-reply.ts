/** Replies that a fault breaks. */
import type { Duplex } from 'node:stream'
import { nextTurn } from '../../clock/real-time.js'
import type { Breaks } from '../../protocol/exchange.js'

/** How much of a slow reply goes out byte by byte. The rest follows at once, so that a large one ends. In bytes. */
const MOST_BYTES = 4096

/** Breaks a connection. Over TCP its client gets an ECONNRESET. */
export function reset(socket: Duplex): void {
  if ('resetAndDestroy' in socket && typeof socket.resetAndDestroy === 'function') socket.resetAndDestroy()
  else socket.destroy()
}

/** Sends no byte of a reply, half of its body, or one byte after the other. Then the connection ends. */
export function sendBroken(socket: Duplex, how: Breaks, head: () => string, body: Uint8Array): void {
  if (how === 'lost') {
    reset(socket)
    return
  }
  const first = Buffer.from(head(), 'latin1')
  if (how === 'slow') void sendSlowly(socket, Buffer.concat([first, body]))
  else {
    const half = body.subarray(0, Math.floor(body.byteLength / 2))
    // A reset could overtake the first half.
    socket.write(Buffer.concat([first, half]), () => socket.destroy())
  }
}

async function sendSlowly(socket: Duplex, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < Math.min(bytes.byteLength, MOST_BYTES); at++) {
    if (socket.destroyed) return
    socket.write(bytes.subarray(at, at + 1))
    await nextTurn()
  }
  socket.end(bytes.subarray(MOST_BYTES))
}
