/** An app as you may have one: a page with a button, and a server that produces the order. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const PAGE = `<!doctype html>
<title>Shop</title>
<button>Order a teapot</button>
<p role="status"></p>
<script>
  document.querySelector('button').onclick = async () => {
    const { ok } = await fetch('/orders', { method: 'POST' })
    document.querySelector('p').textContent = ok ? 'Thank you' : 'Please try again'
  }
</script>`

async function order(queratorUrl: string): Promise<boolean> {
  const item = { reference: 'order-1', utf8: JSON.stringify({ article: 'teapot' }) }
  const response = await fetch(`${queratorUrl}/v1/queue.produce`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ queueName: 'orders', requestTimeout: '5s', items: [item] }),
  })
  return response.ok
}

/** Starts the app on a free port. */
export async function startShop(queratorUrl: string) {
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') response.statusCode = (await order(queratorUrl)) ? 201 : 503
    else response.setHeader('content-type', 'text/html')
    response.end(request.method === 'POST' ? '' : PAGE)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, close }
}
