/** An order is changed in a real browser: unpaid it is priced anew, paid a piece goes back and another is owed, and the rest is taken. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, settled } from './browser.mjs'
import { address, openBusiness, sell } from './business.mjs'

let api, order, page, complaints, stop, toast
before(async () => {
  ;({ api, page, complaints, stop, toast } = await openBusiness('Harbour Second Thoughts', 'edit.test'))
  order = await sell(api, 'edit.test', 3, false)
  await api('POST', '/products', { name: 'Tarred rope', sku: 'ROPE-1', price: { amount: 400, currency: 'EUR' }, weight: 0.5, stock: 20 })
})
after(() => stop?.())
const now = () => api('GET', `/orders/${order.id}`)

describe('an order somebody thinks again about', { concurrency: false }, () => {
  it('is priced anew while nobody paid', async () => {
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('heading', { level: 1, name: /^#/ }).waitFor()
    await page.keyboard.press('e')
    await page.getByRole('heading', { level: 1, name: /^Change/ }).waitFor()
    await page.getByLabel('Quantity of Storm lantern').fill('2')
    await page.getByText('One piece goes out').waitFor()
    await page.getByText('Mia Moe pays €27.00 less.').waitFor()
    await settled(page)
    await axeClean(page, 'a change of an order')
    await page.getByLabel('Why it changes').fill('Two are enough')
    await page.getByRole('button', { name: 'Change order' }).click()
    await toast(/is changed/).waitFor()
    assert.deepEqual([(await now()).total.amount, (await now()).itemCount], [5900, 2])
  })

  it('gives back what goes out once it is paid, and asks for what comes in', async () => {
    await api('POST', `/orders/${order.id}/pay`, { paymentMethod: 'pm_card_visa' })
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Edit lines' }).click()
    await page.getByLabel('Quantity of Storm lantern').fill('1')
    await page.getByRole('combobox', { name: /^Add a product/ }).fill('rope')
    await page.getByRole('option').first().filter({ hasText: 'rope' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('Quantity of Tarred rope').fill('2')
    await page.getByText('Mia Moe pays €18.36 less.').waitFor()
    await page.getByLabel('Why it changes').fill('Rope rather than light')
    await page.getByRole('button', { name: 'Change and give back €27.00' }).click()
    await toast(/goes back/).waitFor()
    await becomes(async () => (({ refunded, due, state }) => [refunded.amount, due.amount, state])(await now()), [2700, 864, 'paid'])
    await page.getByText('One piece was taken out').waitFor()
    await settled(page)
    await axeClean(page, 'an order with something to pay')
  })

  it('takes what is owed', async () => {
    await page.getByRole('button', { name: /^Take €8\.64/ }).first().waitFor()
    await page.keyboard.press('p')
    await page.getByRole('dialog').getByRole('button', { name: /^Take €8\.64/ }).click()
    await toast(/€8\.64/).waitFor()
    await becomes(async () => (({ due, paid }) => [due.amount, paid.amount])(await now()), [0, 6764])
  })

  it('waits for the rest where only a part was taken, until somebody does without it', async () => {
    const { customer, items } = await now()
    const other = await api('POST', '/orders', { customerId: customer.id, items: [{ productId: items[0].productId, quantity: 1 }], shippingAddress: address })
    const { payment } = await api('POST', `/orders/${other.id}/pay`, { paymentMethod: 'pm_card_visa', capture: 'manual' })
    await api('POST', `/payments/${payment.id}/capture`, { amount: { amount: 1000, currency: 'EUR' } })
    await page.goto(`/orders/${other.id}`)
    await page.getByText('Partly paid').first().waitFor()
    await page.getByRole('button', { name: /^Take €/ }).first().waitFor()
    await settled(page)
    await axeClean(page, 'an order paid in part')
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: /^Waive €/ }).click()
    await page.getByLabel('Reason').fill('A dent in the box')
    await page.getByRole('dialog').getByRole('button', { name: /^Waive €/ }).click()
    await toast(/is waived/).waitFor()
    const after = await api('GET', `/orders/${other.id}`)
    assert.deepEqual([after.state, after.due.amount, after.waived.amount], ['paid', 0, after.total.amount - 1000])
  })

  it('is neither changed, called off nor sent while what goes back waits for somebody', async () => {
    const { customer, items } = await now()
    const other = await api('POST', '/orders', { customerId: customer.id, items: [{ productId: items[0].productId, quantity: 2 }], shippingAddress: address })
    await api('POST', `/orders/${other.id}/pay`, { paymentMethod: 'pm_card_visa' })
    await api('POST', '/approval-rules', { name: 'Four eyes', kind: 'refund', effect: 'approve', minAmount: { amount: 1000, currency: 'EUR' } })
    await page.goto(`/orders/${other.id}`)
    await page.getByRole('heading', { level: 1, name: /^#/ }).waitFor()
    await page.keyboard.press('e')
    await page.getByLabel('Quantity of Storm lantern').fill('1')
    await page.getByLabel('Why it changes').fill('One is enough')
    await page.getByRole('button', { name: /^Change and ask for €/ }).click()
    await toast(/waits for approval/).waitFor()
    await page.getByRole('heading', { level: 1, name: /^#/ }).waitFor()
    const ship = page.getByRole('button', { name: 'Ship a parcel' })
    await page.locator('button[aria-disabled="true"]', { hasText: 'Ship a parcel' }).waitFor()
    await ship.hover()
    await page.getByRole('tooltip').getByText(/^A change of this order waits for approval/).first().waitFor()
    await page.getByRole('button', { name: 'More actions' }).first().click()
    for (const [name, why] of [['Edit lines', /waits for approval/], ['Cancel order', /waits for approval/]]) {
      const item = page.getByRole('menuitem', { name })
      assert.equal(await item.getAttribute('aria-disabled'), 'true', name)
      assert.match(await item.getAttribute('title'), why)
    }
    await page.keyboard.press('Escape')
    await settled(page)
    await axeClean(page, 'an order of which a change waits')
  })

  it('without a word of complaint', () => assert.deepEqual(complaints, []))
})
