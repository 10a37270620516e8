import { expect, test } from './shop-test.js'

test('a click orders a teapot', async ({ page, orders }) => {
  await page.goto('/')
  await page.getByRole('button', { name: 'Order' }).click()
  await expect(page.getByRole('status')).toHaveText('Thank you')
  await expect(orders).toHaveItems([{ reference: 'order-1', json: { article: 'teapot' } }])
})

test('the page says so when orders are not taken', async ({ page, orders }) => {
  await orders.delete()
  await page.goto('/')
  await page.getByRole('button', { name: 'Order' }).click()
  await expect(page.getByRole('status')).toHaveText('Please try again')
})
