/**
 * A `node:http` server that reads the body and returns five bytes, to show what this machine can do at most.
 * rows/tcp.ts runs it as a process. It prints its URL.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  const chunks: Uint8Array[] = []
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/protobuf', 'content-length': '5' })
    response.end('12345', 'latin1')
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
