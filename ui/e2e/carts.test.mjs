/** From a basket to an order in a real browser: how the shop taxes and sends, an order kept as a draft, a cart that changed, a checkout. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, settled, until } from './browser.mjs'
import { openBusiness, openShop } from './business.mjs'

let engine, api, customer, lantern, page, complaints, stop, toast
before(async () => {
  ;({ engine, api, page, complaints, stop, toast } = await openBusiness('Harbour Carts', 'cart.test'))
  ;({ customer, product: lantern } = await openShop(api, 'cart.test'))
  await api('POST', '/coupons', { code: 'DECK10', kind: 'percent', percentBp: 1000 })
})
after(() => stop?.())
const choose = async (name, words) => {
  await page.getByRole('combobox', { name }).fill(words)
  // Enter takes the first: it has to be one of those that were asked for.
  await page.getByRole('option').first().filter({ hasText: words }).waitFor()
  await page.keyboard.press('Enter')
}

describe('a shop that sells', { concurrency: false }, () => {
  it('says how it taxes and sends', async () => {
    await page.goto('/settings')
    const part = page.getByRole('region', { name: 'Checkout' })
    await part.getByRole('button', { name: 'Add a rate' }).click()
    await part.getByLabel('Country of rate 1').selectOption('NO')
    await part.getByLabel('Percent of rate 1').fill('25')
    for (const [name, price] of [['Post', '5'], ['Courier', '19']]) {
      await part.getByRole('button', { name: 'Add a way' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill(name)
      await dialog.getByLabel('Price').fill(price)
      if (name === 'Courier') await axeClean(page, 'a way of sending')
      await dialog.getByRole('button', { name: /^Apply/ }).click()
    }
    await settled(page)
    await axeClean(page, 'the checkout of the settings')
    await part.getByRole('button', { name: 'Save checkout' }).click()
    await toast('Checkout saved').waitFor()
    const kept = await api('GET', '/settings/checkout')
    assert.deepEqual([kept.taxRates[0].rateBp, kept.shippingMethods.map((way) => way.code)], [2500, ['post', 'courier']])
  })

  it('keeps an order as a draft, with a coupon and a way of sending', async () => {
    await page.goto('/orders/new')
    await choose('Customer', 'Mia')
    await choose('First product', 'Storm')
    await page.getByLabel('Quantity of Storm lantern').fill('2')
    await page.getByLabel('Country').selectOption('NO')
    await page.getByPlaceholder('Code', { exact: true }).fill('nothing')
    await page.keyboard.press('Enter')
    await page.getByText('There is no such coupon.').waitFor()
    await page.getByRole('button', { name: 'Take out NOTHING' }).click()
    await page.getByPlaceholder('Code', { exact: true }).fill('deck10')
    await page.keyboard.press('Enter')
    await page.getByLabel('Courier').check()
    // 50.00, a quarter of it in tax, 19.00 for the courier, less 5.00.
    await page.getByRole('button', { name: 'Enter order for €76.50' }).waitFor()
    await axeClean(page, 'an order with a coupon')
    await page.getByRole('button', { name: 'Keep as draft' }).click()
    await page.getByRole('heading', { level: 1, name: /^Draft/ }).waitFor()
    await page.getByText('€76.50').first().waitFor()
  })

  it('fills in what is missing and takes note of what changed', async () => {
    await page.getByRole('button', { name: 'Add address' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Street and number').fill('Quay 7')
    await dialog.getByLabel('Postal code').fill('5003')
    await dialog.getByLabel('City').fill('Bergen')
    await dialog.getByLabel('Country').selectOption('NO')
    await axeClean(page, 'the address of a draft')
    await dialog.getByRole('button', { name: /^Save/ }).click()
    await page.getByText('5003 Bergen').waitFor()
    const answer = await fetch(`${engine.base}/api/v1/products/${lantern.id}`, { method: 'PATCH', headers: { 'content-type': 'application/json', authorization: `Bearer ${api.token}`, 'if-match': `"${lantern.version}"` }, body: JSON.stringify({ price: { amount: 3000, currency: 'EUR' } }) })
    assert.ok(answer.ok, await answer.text())
    await page.reload()
    await page.getByText('Something changed since it was filled.').waitFor()
    await settled(page)
    await axeClean(page, 'a draft that changed')
    await page.getByRole('button', { name: 'Take note' }).click()
    await page.getByText('Something changed since it was filled.').waitFor({ state: 'detached' })
  })

  it('is sent to its customer by mail', async () => {
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Send to customer' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('mia@cart.test').waitFor()
    await axeClean(page, 'sending a draft')
    await dialog.getByRole('button', { name: /^Send/ }).click()
    await toast('goes to mia@cart.test').waitFor()
    const [mail] = await until(() => api('GET', '/mailbox?template=offer'), (mails) => mails.length > 0)
    const { text } = await api('GET', `/mailbox/${mail.id}`)
    assert.match(text, /2 × Storm lantern.*60\.00/)
  })

  it('becomes an order that is paid', async () => {
    await page.getByRole('button', { name: /^Place order for €88.00/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Visa').first().click()
    await axeClean(page, 'a checkout')
    await dialog.getByRole('button', { name: /^Place order and take €88.00/ }).click()
    await page.getByRole('heading', { level: 1, name: /^#/ }).waitFor()
    await page.locator('.record-marks').getByText('Paid', { exact: true }).first().waitFor()
    const [order] = await api('GET', '/orders')
    assert.deepEqual([order.total.amount, order.paid.amount], [8800, 8800])
    await page.goto('/orders')
    await page.getByRole('link', { name: 'Drafts' }).click()
    await page.getByText('Nothing matches these filters.').waitFor()
    await page.goto('/orders/carts')
    await page.getByRole('gridcell', { name: 'Mia Moe' }).waitFor()
    await settled(page)
    await axeClean(page, 'carts')
    await page.goto(`/people/${customer.id}`)
    await page.getByRole('region', { name: 'Carts' }).getByText('Ordered').waitFor()
    assert.deepEqual(complaints, [])
  })
})
