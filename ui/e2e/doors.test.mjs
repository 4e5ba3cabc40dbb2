/** What comes and goes through the business' doors in a real browser: a dispute answered, a webhook made, a payment provider connected, a coupon. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, settled } from './browser.mjs'
import { openBusiness, sell } from './business.mjs'

let api, payment, page, complaints, stop, toast
before(async () => {
  ;({ api, page, complaints, stop, toast } = await openBusiness('Harbour Doors', 'doors.test'))
  const order = await sell(api, 'doors.test', 1)
  payment = (await api('GET', `/orders/${order.id}`)).payments[0]
})
after(() => stop?.())

describe('the doors', { concurrency: false }, () => {
  it('let a dispute in, which is answered once', async () => {
    await page.goto(`/payments/${payment.id}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Dispute it as the customer' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Dispute/ }).click()
    await toast(/is disputed/).waitFor()
    await page.goto('/payments/disputes')
    await page.getByRole('gridcell', { name: 'Needs an answer' }).waitFor()
    await settled(page)
    await axeClean(page, 'disputes')
    await page.getByRole('row').nth(1).getByRole('link').first().click()
    await page.getByLabel('How it was delivered').fill('Bring, NO-1, signed for')
    // What is not kept is not handed in.
    await page.locator('button[aria-disabled="true"]', { hasText: 'Hand in' }).waitFor()
    await page.getByRole('button', { name: 'Keep evidence' }).click()
    await toast('Evidence kept').waitFor()
    await settled(page)
    await axeClean(page, 'a dispute')
    await page.getByRole('button', { name: 'Hand in', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Hand in evidence/ }).click()
    await page.locator('.record-marks').getByText('Answered').waitFor()
  })

  it('tell other systems, whose secret is shown once', async () => {
    await page.goto('/webhooks')
    await page.getByRole('button', { name: 'New endpoint' }).first().click()
    await page.getByRole('textbox', { name: 'Address' }).fill('https://hooks.example.com/purser')
    await page.getByLabel('Only these').check()
    await page.getByRole('button', { name: /^Make endpoint/ }).click()
    await page.getByText('Choose at least one.').waitFor()
    await page.getByLabel(/All of orders/).check()
    await axeClean(page, 'a new endpoint')
    await page.getByRole('button', { name: /^Make endpoint/ }).click()
    const shown = page.getByRole('dialog', { name: 'Keep this secret' })
    assert.match((await shown.getByLabel('Secret', { exact: true }).textContent()) ?? '', /^whsec_/)
    await shown.getByLabel('I have kept it').check()
    await shown.getByRole('button', { name: 'Done' }).click()
    await page.getByText('https://hooks.example.com/purser').waitFor()
    await settled(page)
    await axeClean(page, 'endpoints')
    await page.getByRole('link', { name: 'Deliveries' }).click()
    await page.getByText('Nothing was sent yet.').waitFor()
    await page.getByRole('link', { name: 'From providers' }).click()
    await page.getByText('No provider told anything yet.').waitFor()
  })

  it('lead to a payment provider, which takes nothing before it leads', async () => {
    await page.goto('/payments/providers')
    await page.getByText('No provider leads').waitFor()
    await page.getByRole('button', { name: 'Add provider' }).click()
    await page.getByLabel('Secret key').fill('not a key')
    await page.getByRole('dialog').getByRole('button', { name: /^Add provider/ }).click()
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByLabel('Secret key').fill('sk_test_51Abcdefghijklmnopqrstuvwxyz')
    await page.getByRole('dialog').getByRole('button', { name: /^Add provider/ }).click()
    await page.getByRole('dialog', { name: 'What Stripe is told' }).getByText(/\/webhooks\//).waitFor()
    await page.keyboard.press('Escape')
    await settled(page)
    await axeClean(page, 'payment providers')
  })

  it('open wider with a coupon', async () => {
    await page.goto('/products/coupons')
    await page.getByRole('button', { name: 'New coupon' }).click()
    await page.getByLabel('Code').fill('spring10')
    await page.getByLabel('How much').fill('101')
    await page.getByRole('button', { name: /^Make coupon/ }).click()
    await page.getByText('More than 0 and at most 100.').waitFor()
    await page.getByLabel('How much').fill('10')
    await page.getByRole('button', { name: /^Make coupon/ }).click()
    await page.getByText('SPRING10', { exact: true }).click()
    await page.getByRole('button', { name: 'Switch off' }).click()
    await toast('Coupon SPRING10 no longer works').waitFor()
    await settled(page)
    await axeClean(page, 'coupons')
    assert.deepEqual(complaints, [])
  })
})
