/** What becomes of an order in a real browser: it waits, leaves in two parcels, and a piece comes back, after which its money is asked for. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, settled } from './browser.mjs'
import { openBusiness, sell } from './business.mjs'

let api, order, page, complaints, stop
before(async () => {
  ;({ api, page, complaints, stop } = await openBusiness('Harbour Pack', 'pack.test'))
  order = await sell(api, 'pack.test', 3)
})
after(() => stop?.())
const parcels = () => page.getByRole('region', { name: 'Parcels' })

describe('an order', { concurrency: false }, () => {
  it('waits, and goes on', async () => {
    await page.goto('/orders')
    await page.getByRole('link', { name: 'To ship' }).click()
    await page.getByRole('gridcell', { name: 'Mia Moe' }).waitFor()
    await settled(page)
    await axeClean(page, 'orders to ship')
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Hold' }).click()
    await page.getByLabel('Reason').fill('The address looks odd')
    await page.getByRole('dialog').getByRole('button', { name: /^Hold/ }).click()
    await page.getByText('The address looks odd').first().waitFor()
    await page.getByRole('button', { name: 'Let it go on' }).first().click()
    await page.getByText('On hold.').waitFor({ state: 'detached' })
  })

  it('leaves in two parcels', async () => {
    await parcels().getByRole('button', { name: 'Ship a parcel' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('How many of Storm lantern').fill('2')
    await dialog.getByLabel('Tracking number').fill('NO-1')
    await dialog.getByText('One piece stays here').waitFor()
    await axeClean(page, 'a parcel')
    await dialog.getByRole('button', { name: /^Ship 2 pieces/ }).click()
    await parcels().getByText('NO-1').waitFor()
    await parcels().getByRole('button', { name: 'Ship a parcel' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Ship one piece/ }).click()
    await page.locator('.record-marks').getByText('Shipped').waitFor()
    await settled(page)
    await axeClean(page, 'an order that has left')
  })

  it('comes back in part, into stock, and its money is asked for', async () => {
    const part = page.getByRole('region', { name: 'Returns' })
    await part.getByRole('button', { name: 'Register return' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('How many of Storm lantern').fill('1')
    await dialog.getByText('Ordered by mistake').click()
    await axeClean(page, 'a return')
    await dialog.getByRole('button', { name: /^Register one piece/ }).click()
    await part.getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Accept/ }).click()
    await part.getByRole('button', { name: 'It arrived' }).click()
    await axeClean(page, 'goods that arrived')
    await page.getByRole('dialog').getByRole('button', { name: /^Take in one piece/ }).click()
    const refund = page.getByRole('dialog', { name: /^Refund/ })
    await becomes(() => refund.getByLabel('How many of Storm lantern').inputValue(), '1')
    await page.keyboard.press('Escape')
    await page.goto('/orders/returns')
    await page.getByRole('gridcell', { name: 'Arrived' }).waitFor()
    await settled(page)
    await axeClean(page, 'returns')
    assert.deepEqual(complaints, [])
  })
})
