/** What customers are written about their orders, in a real browser: an order is paid, its confirmation is in the mailbox, and is sent again. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, settled } from './browser.mjs'
import { openBusiness, sell } from './business.mjs'

let api, order, page, complaints, stop, toast
before(async () => {
  ;({ api, page, complaints, stop, toast } = await openBusiness('Harbour Letters', 'letter.test'))
  order = await sell(api, 'letter.test', 2, false)
})
after(() => stop?.())

/** The mails of this kind, once there are so many. */
async function mails(kind, n) {
  for (let tries = 0; tries < 300; tries++) {
    const found = await api('GET', `/mailbox?template=${kind}`)
    if (found.length >= n) return found
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`there are not ${n} of ${kind}`)
}

describe('mails to a customer', { concurrency: false }, () => {
  it('tell that an order is paid, what is in it and where it goes', async () => {
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: /^Pay/ }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Visa').first().click()
    await dialog.getByRole('button', { name: /^(Take|Pay)/ }).click()
    await page.locator('.record-marks').getByText('Paid', { exact: true }).first().waitFor()
    await mails('order_confirmed', 1)
    const subject = 'Your order #1 at Harbour Letters'
    await page.goto('/mailbox')
    await page.getByRole('link', { name: subject }).click()
    const letter = page.getByTitle(`Text of the mail “${subject}”`).contentFrame()
    await letter.getByText('2 × Storm lantern').waitFor()
    await letter.getByText('Quay 7').waitFor()
    await settled(page)
    await axeClean(page, 'the confirmation of an order')
  })

  it('are sent again when somebody wants it', async () => {
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Send confirmation again' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('mia@letter.test').waitFor()
    await axeClean(page, 'sending a confirmation again')
    await dialog.getByRole('button', { name: 'Send again' }).click()
    await toast('The confirmation of #1 goes to mia@letter.test again').waitFor()
    assert.equal((await mails('order_confirmed', 2)).length, 2)
  })

  it('are switched off by kind', async () => {
    await page.goto('/settings')
    const part = page.getByRole('region', { name: 'Mails to customers' })
    await part.getByLabel('A parcel left').uncheck()
    await settled(page)
    await axeClean(page, 'which mails customers get')
    await part.getByRole('button', { name: 'Save mails' }).click()
    await toast('Mails to customers saved').waitFor()
    await api('POST', `/orders/${order.id}/fulfilments`, {})
    await api('POST', `/orders/${order.id}/state`, { state: 'delivered' })
    await mails('order_delivered', 1)
    assert.equal((await api('GET', '/mailbox?template=order_shipped')).length, 0)
    assert.deepEqual(complaints, [])
  })
})

describe('mails about the work', { concurrency: false }, () => {
  it('are everybody’s own to choose', async () => {
    await page.goto('/account')
    const part = page.getByRole('region', { name: 'Mails about the work' })
    await becomes(() => part.getByLabel('A request waits for approval').isChecked(), true)
    await part.getByLabel('The week in figures, on Monday').check()
    await settled(page)
    await axeClean(page, 'mails about the work')
    await part.getByRole('button', { name: 'Save mails' }).click()
    await toast('What you are told by mail is saved').waitFor()
    assert.deepEqual((await api('GET', '/auth/mails')).wanted, ['disputes', 'approvals', 'weekly'])
    assert.deepEqual(complaints, [])
  })
})
