/** Money and a second pair of eyes in a real browser: a refund by line with its split, a rule, a request, and somebody else who approves it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, settled } from './browser.mjs'
import { openBusiness, sell, signIn } from './business.mjs'

const agent = { firstName: 'Ada', lastName: 'Brandt', email: 'ada@money.test', role: 'support', password: 'storm-compass-41-rope' }

let api, order, page, theirs, complaints, another, stop, toast
before(async () => {
  ;({ api, page, complaints, another, stop, toast } = await openBusiness('Harbour Money', 'money.test'))
  await api('POST', '/users', agent)
  order = await sell(api, 'money.test', 2)
  ;({ page: theirs } = await another())
  await signIn(theirs, agent)
})
after(() => stop?.())

describe('a refund', { concurrency: false }, () => {
  it('meets a rule that was made for it', async () => {
    await page.goto('/refunds/rules')
    await page.getByText('No rules. Every refund is sent at once.').waitFor()
    await page.getByRole('button', { name: 'New rule' }).first().click()
    await page.getByLabel('Name', { exact: true }).fill('Support, from 20')
    await page.getByLabel('From this amount').fill('20')
    await page.getByLabel('Support').check()
    await page.getByText('from €20.00, by Support: Somebody else approves within 72 hours').waitFor()
    await axeClean(page, 'a rule')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('cell', { name: 'Support, from 20', exact: true }).waitFor()
    await settled(page)
    await axeClean(page, 'the rules')
  })

  it('by line says how it falls, and asks somebody else', async () => {
    await theirs.goto(`/orders/${order.id}`)
    await theirs.getByRole('button', { name: /^Refund/ }).click()
    const dialog = theirs.getByRole('dialog')
    await dialog.getByText(/ left$/).first().waitFor()
    await dialog.getByLabel('How many of Storm lantern').fill('1')
    await dialog.getByText('Arrived too late').click()
    await dialog.getByRole('button', { name: /^Ask for approval of €27\.00/ }).waitFor()
    await dialog.getByText('Cash at the payment provider').waitFor()
    await settled(theirs)
    await axeClean(theirs, 'a refund by line')
    await dialog.getByRole('button', { name: /^Ask for approval of €27\.00/ }).click()
    await toast('€27.00 waits for somebody to approve it', theirs).waitFor()
    assert.equal((await api('GET', '/approvals?state=waiting')).length, 1)
  })

  it('is not decided by whoever asked, but by somebody else, and goes out at once', async () => {
    await theirs.goto('/refunds/approvals')
    await theirs.getByRole('row').nth(1).click()
    await theirs.getByRole('button', { name: 'Take back' }).waitFor()
    await page.goto('/refunds/approvals?state=waiting')
    await page.getByRole('row').nth(1).click()
    await page.getByRole('button', { name: 'Approve €27.00' }).waitFor()
    await settled(page)
    await axeClean(page, 'what waits for approval')
    await page.getByRole('button', { name: 'Approve €27.00' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Approve €27\.00/ }).click()
    await toast('€27.00 approved and sent').waitFor()
    await becomes(async () => (await api('GET', `/refunds?orderId=${order.id}`)).map((refund) => [refund.state, refund.amount.amount]), [['succeeded', 2700]])
    assert.deepEqual(complaints, [])
  })
})
