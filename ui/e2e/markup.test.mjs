/** Names and notes that look like a page's own markup: stored as written, shown as text wherever they stand, and nothing of them ever runs. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { settled } from './browser.mjs'
import { address, openBusiness } from './business.mjs'

const tag = (n) => `<img src=x onerror="window.ran=${n}">`
const first = `Mia ${tag(1)}`
const lantern = `a<b lantern ${tag(2)}`
const note = `</p><script>window.ran=3</script> 1 < 2 ${tag(3)}`
const reason = `dent <svg onload="window.ran=4"> ${tag(4)}`

let api, page, complaints, stop, order, payment, product, customer, refund
before(async () => {
  ;({ api, page, complaints, stop } = await openBusiness(`Harbour <b>&amp; ${tag(5)}`, 'markup.test'))
  customer = await api('POST', '/users', { firstName: first, lastName: 'a<b', email: 'mia@markup.test', role: 'user' })
  const category = await api('POST', '/categories', { name: `Lamps ${tag(6)}` })
  product = await api('POST', '/products', { name: lantern, sku: 'LAN-1', description: note, price: { amount: 2500, currency: 'EUR' }, weight: 1.5, stock: 20, categoryId: category.id, tags: ['<b>'] })
  order = await api('POST', '/orders', { customerId: customer.id, items: [{ productId: product.id, quantity: 2 }], shippingAddress: { ...address, name: first, street: `Quay ${tag(7)}` }, notes: note })
  ;({ payment } = await api('POST', `/orders/${order.id}/pay`, { paymentMethod: 'pm_card_visa' }))
  refund = await api('POST', `/payments/${payment.id}/refund`, { amount: { amount: 500, currency: 'EUR' }, reason })
})
after(() => stop?.())

/** The page as it stands: nothing ran, and no element came of what was written. */
async function harmless(where) {
  await settled(page)
  const found = await page.evaluate(() => ({ ran: globalThis.ran, made: [...document.querySelectorAll('img[src="x"], [onerror], [onload], main script, main b')].map((one) => one.outerHTML) }))
  assert.deepEqual(found, { ran: undefined, made: [] }, where)
}

describe('what is written', { concurrency: false }, () => {
  it('is text on every page it stands on', async () => {
    const places = [
      ['/', undefined],
      ['/people', first],
      [`/people/${customer.id}`, first],
      ['/orders', first],
      [`/orders?peek=${order.id}`, first],
      [`/orders/${order.id}`, lantern],
      ['/payments', first],
      [`/payments/${payment.id}`, first],
      ['/refunds', reason],
      [`/refunds?peek=${refund.id}`, reason],
      ['/products', lantern],
      [`/products/${product.id}`, lantern],
      ['/products/stock', lantern],
      ['/products/categories', `Lamps ${tag(6)}`],
      ['/audit', undefined],
      ['/jobs', undefined],
      ['/jobs/events', undefined],
      ['/mailbox', undefined],
      ['/settings', undefined],
      ['/orders/new', undefined],
    ]
    for (const [path, text] of places) {
      await page.goto(path)
      await harmless(path)
      if (text) await page.getByText(text).first().waitFor()
    }
    await page.goto(`/orders/${order.id}`)
    await page.getByText('1 < 2').first().waitFor()
  })

  it('is text in what is found, chosen, asked and said', async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill('Mia')
    await page.getByRole('option').filter({ hasText: '<img' }).first().waitFor()
    await harmless('the palette')
    await page.keyboard.press('Escape')
    await page.goto('/orders/new')
    await page.getByRole('combobox', { name: 'Customer' }).fill('Mia')
    await page.getByRole('option').filter({ hasText: '<img' }).first().waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: 'First product' }).fill('lantern')
    await page.getByRole('option').filter({ hasText: 'a<b' }).first().waitFor()
    await harmless('choices of a form')
    await page.goto(`/people/${customer.id}`)
    await page.getByRole('button', { name: 'Lock', exact: true }).or(page.getByRole('button', { name: 'More actions' })).first().click()
    await harmless('a menu')
    await page.keyboard.press('Escape')
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: /^Refund/ }).first().click()
    await page.getByRole('dialog').getByText(lantern).first().waitFor()
    await harmless('the refund dialog')
    await page.goto(`/audit?subjectId=${order.id}`)
    await page.getByRole('gridcell').first().click()
    await harmless('a line of the log')
    assert.deepEqual(complaints, [])
  })
})
