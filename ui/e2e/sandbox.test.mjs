/** The sandbox in a real browser: an answer that gets lost and a payment that heals, messages that come twice, a dispute, and everything healed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, settled } from './browser.mjs'
import { openBusiness, sell } from './business.mjs'

let api, order, page, complaints, stop, toast
before(async () => {
  ;({ api, page, complaints, stop, toast } = await openBusiness('Harbour Sandbox', 'sandbox.test'))
  order = await sell(api, 'sandbox.test', 2, false)
})
after(() => stop?.())

describe('the sandbox', { concurrency: false }, () => {
  it('tells by messages, twice, when told to', async () => {
    await page.goto('/payments/sandbox')
    await page.getByText('Nothing: every call goes well.').waitFor()
    await page.getByLabel('Write every call down').check()
    await page.getByLabel('Tell by messages what became of payments').check()
    await page.getByLabel('How often each').fill('9')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('A whole number from 1 to 5.').waitFor()
    await page.getByLabel('How often each').fill('2')
    await page.getByRole('button', { name: 'Save' }).click()
    await toast('The sandbox behaves so from now on').waitFor()
    await settled(page)
    await axeClean(page, 'the sandbox')
  })

  it('loses an answer, and the payment heals', async () => {
    await page.getByRole('button', { name: 'Make something go wrong' }).click()
    await page.getByLabel('What happens').selectOption('lost_answer')
    await page.getByLabel('Call', { exact: true }).selectOption('authorise')
    await axeClean(page, 'something to go wrong')
    await page.keyboard.press('Control+Enter')
    await toast('Next: Does it, the answer is lost').waitFor()
    await page.getByRole('table', { name: 'What goes wrong' }).getByText('one call').waitFor()
    await api('POST', `/orders/${order.id}/pay`, { paymentMethod: 'pm_card_visa' })
    const asked = page.getByRole('table', { name: 'What the sandbox was asked' })
    await asked.getByText('No answer').waitFor()
    await asked.getByText('Question').first().waitFor()
    await page.getByRole('table', { name: 'What the sandbox tells' }).getByText('Arrived').first().waitFor()
    await page.goto(`/orders/${order.id}`)
    await page.locator('.record-marks').getByText('Paid').first().waitFor()
  })

  it('has its bank dispute it, and is healed', async () => {
    await page.goto('/payments/sandbox')
    await page.getByRole('button', { name: 'Make something go wrong' }).click()
    await page.getByLabel('What happens').selectOption('down')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('table', { name: 'What goes wrong' }).getByText('Nobody is there').waitFor()
    await page.getByRole('button', { name: 'Heal everything' }).click()
    await page.getByRole('button', { name: /^Heal everything (⌘|Ctrl)/ }).click()
    await toast('Everything goes well again').waitFor()
    await page.getByRole('button', { name: 'Dispute a payment' }).click()
    await page.getByRole('combobox', { name: 'Which payment' }).fill('Mia')
    await page.getByRole('listbox').getByRole('option').first().click()
    await axeClean(page, 'a payment to be disputed')
    await page.keyboard.press('Control+Enter')
    await toast('The dispute comes with the next message').waitFor()
    await page.goto('/payments/disputes')
    await page.getByRole('row').nth(1).waitFor()
    for (const path of ['calls', 'messages']) {
      await page.goto(`/payments/sandbox/${path}`)
      await page.getByRole('row').nth(1).waitFor()
      await settled(page)
      await axeClean(page, `the sandbox's ${path}`)
    }
    assert.deepEqual(complaints, [])
  })
})
