import type { TestQueue } from 'querator-test'
import { test as base } from 'querator-test/playwright'
import { startShop } from './shop.js'

export { expect } from 'querator-test/playwright'

/** The `test` of this suite. Each worker has its own app, which talks to the daemon of the worker. */
export const test = base.extend<{ orders: TestQueue }, { shopUrl: string }>({
  shopUrl: [
    async ({ queratorUrl }, use) => {
      const shop = await startShop(queratorUrl)
      await use(shop.url)
      await shop.close()
    },
    { scope: 'worker' },
  ],
  // So that page.goto('/') opens the app.
  baseURL: async ({ shopUrl }, use) => use(shopUrl),
  // A worker runs one test at a time, so each test can have the queue that the app knows by its name.
  orders: async ({ createQueue }, use) => use(await createQueue({ name: 'orders', leaseTimeout: '1m' })),
})
