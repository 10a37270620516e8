/**
 * What a server of `node:http` can do at most on this machine: reads the body, answers five bytes, nothing else. Run as a
 * process by rows/tcp.ts; prints its URL.
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
