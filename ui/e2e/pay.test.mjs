/** Money through a provider that asks the customer: what they need is handed over and waited for, sums stand under the orders, and lists leave as files. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { axeClean, settled } from './browser.mjs'
import { address, openBusiness, openShop } from './business.mjs'
import { connection, startStripe } from './stripe.mjs'

const host = 'pay.test'
let stripe, business, page, api, toast, complaints, shop, at

const enter = (quantity) => api('POST', '/orders', { customerId: shop.customer.id, items: [{ productId: shop.product.id, quantity }], shippingAddress: address })

before(async () => {
  stripe = await startStripe()
  business = await openBusiness('Pay House', host, { PURSER_STRIPE_URL: stripe.url })
  ;({ page, api, toast, complaints } = business)
  shop = await openShop(api, host)
  at = await api('POST', '/payment-providers', connection)
})
after(async () => {
  await business?.stop()
  await stripe?.stop()
})

describe('a provider that asks the customer', { concurrency: false }, () => {
  it('takes money once they have proved who they are', async () => {
    const order = await enter(2)
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: /^Pay/ }).click()
    const dialog = page.getByRole('dialog', { name: /^Pay #/ })
    await dialog.getByText('Stripe in test mode: no real money moves.').waitFor()
    // Whoever chooses one that Stripe keeps has to say which.
    await dialog.getByText('One that Stripe keeps').click()
    await dialog.getByRole('button', { name: /^Take €/ }).click()
    await dialog.getByText('Its id is needed.').waitFor()
    await dialog.getByText('Card that asks for a proof').click()
    await axeClean(page, 'paying by what Stripe takes')
    await dialog.getByRole('button', { name: /^Take €/ }).click()
    const waits = page.getByRole('dialog', { name: /^Payment of #/ })
    await waits.getByText('https://hooks.stripe.test/3ds/pi_1').waitFor()
    await axeClean(page, 'waiting for the customer')
    assert.equal(await waits.getByRole('link', { name: 'Open it here' }).getAttribute('href'), 'https://hooks.stripe.test/3ds/pi_1')
    // Nobody has done anything yet: it is asked, and goes on waiting.
    await waits.getByRole('button', { name: 'Ask Stripe now' }).click()
    await toast('The customer has to confirm').waitFor()
    stripe.prove('pi_1')
    await stripe.tell(business.engine.base, at.id, 'pi_1')
    await waits.getByText(/^€59\.00 taken for #/).waitFor()
    await waits.getByRole('button', { name: 'Close', exact: true }).last().click()
    await page.locator('.record-marks').getByText('Paid', { exact: true }).first().waitFor()
  })

  it('whose link stays on the pages of the order and the payment', async () => {
    const order = await enter(1)
    const { payment } = await api('POST', `/orders/${order.id}/pay`, { paymentMethod: 'pm_card_threeDSecure2Required' })
    await page.goto(`/payments/${payment.id}`)
    await page.getByText('https://hooks.stripe.test/3ds/pi_2').waitFor()
    await page.goto(`/orders/${order.id}`)
    await page.getByText('Waiting for Mia Moe to agree at Stripe.').waitFor()
    await settled(page)
    await axeClean(page, 'an order whose customer is waited for')
    stripe.refuse('pi_2')
    await page.getByRole('button', { name: /^Ask Stripe now/ }).click()
    await page.getByText('https://hooks.stripe.test/3ds/pi_2').waitFor({ state: 'detached' })
  })

  it('is waited for after a checkout, and the order is met paid', async () => {
    const cart = await api('POST', '/carts', { kind: 'draft', customerId: shop.customer.id, country: 'NO', shippingAddress: address, lines: [{ productId: shop.product.id, quantity: 3 }] })
    await page.goto(`/orders/carts/${cart.id}`)
    await page.getByRole('button', { name: /^Place order for €/ }).click()
    const place = page.getByRole('dialog')
    await place.getByText('Card that asks for a proof').click()
    await place.getByRole('button', { name: /^Place order and take €/ }).click()
    const waits = page.getByRole('dialog', { name: /^Order #\d+ is placed/ })
    await waits.getByText('https://hooks.stripe.test/3ds/pi_3').waitFor()
    await axeClean(page, 'an order that is placed and waits')
    stripe.prove('pi_3')
    await stripe.tell(business.engine.base, at.id, 'pi_3')
    await page.getByRole('heading', { level: 1, name: /^#/ }).waitFor()
    await page.locator('.record-marks').getByText('Paid', { exact: true }).first().waitFor()
    await toast(/taken for #/).waitFor()
  })

  it('adds up under the orders', async () => {
    await page.goto('/orders')
    const sums = page.getByRole('region', { name: 'Sums' })
    const [all] = (await api('GET', '/orders/totals')).currencies
    const euros = (amount) => `€${(amount / 100).toFixed(2)}`
    await sums.getByText(euros(all.total.amount)).waitFor()
    await sums.getByText(euros(all.paid.amount)).waitFor()
    assert.ok(all.paid.amount < all.total.amount)
    await settled(page)
    await axeClean(page, 'orders with their sums')
    // The sums are those of what is found.
    await page.goto('/orders?search=%232')
    const [one] = (await api('GET', '/orders/totals?search=%232')).currencies
    await sums.getByText(euros(one.total.amount)).waitFor()
    assert.equal(one.orders, 1)
    await page.goto('/orders?pending=true')
    await page.getByText('Nothing matches these filters.').waitFor()
    await sums.waitFor({ state: 'detached' })
  })

  it('leaves as a file', async () => {
    // What is saved is read here, so the browser's own question where to is left out.
    await page.addInitScript(() => delete globalThis.showSaveFilePicker)
    for (const [path, first, rows] of [['/payments', 'id,order_number,customer_name', 3], ['/products', 'id,sku,name', 1], ['/jobs', 'id,queue,kind', 1]]) {
      await page.goto(path)
      await page.getByRole('gridcell').first().waitFor()
      const saved = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Export', exact: true }).click()
      const text = await readFile(await (await saved).path(), 'utf8')
      assert.ok(text.startsWith(`\ufeff${first}`), text.slice(0, 80))
      assert.ok(text.trim().split('\r\n').length > rows, `${path}: ${text}`)
      await toast(/ saved$/).first().waitFor()
    }
    assert.deepEqual(complaints, [])
  })
})
