/** Books orders one by one, and tries again when the server does not answer. Ends when the signal is aborted. */
export async function bookAll(client, queueName, book, signal) {
  const lease = { queueName, clientId: 'booker', batchSize: 10, requestTimeout: '5s' }
  while (!signal.aborted) {
    try {
      const { partition, items } = await client.queueLease(lease, { signal })
      for (const { id, bytes } of items) {
        await book(JSON.parse(Buffer.from(bytes).toString()))
        await client.queueComplete({ queueName, partition, ids: [id], requestTimeout: '5s' }, { signal })
      }
    } catch {
      // A worker in production waits a moment here.
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}
