/** The books in a real browser: added up as a whole, compared with the sandbox's, a difference written off and one matched, the months, a period closed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, settled } from './browser.mjs'
import { openBusiness, sell } from './business.mjs'

let api, payment, page, complaints, stop, toast
before(async () => {
  ;({ api, page, complaints, stop, toast } = await openBusiness('Harbour Books', 'books.test'))
  const order = await sell(api, 'books.test', 2)
  ;[payment] = await api('GET', `/payments?orderId=${order.id}`)
  await api('POST', '/reconciliation/plant', { reference: `ch_${payment.id}`, kind: 'amount', amount: 100 })
  await api('POST', '/reconciliation/plant', { reference: 'txn_unheard_of', kind: 'extra', amount: 300 })
})
after(() => stop?.())

describe('the books', { concurrency: false }, () => {
  it('are added up as a whole', async () => {
    await page.goto('/ledger')
    await page.getByText('The books balance to zero').waitFor()
    await page.getByRole('button', { name: 'Add up everything' }).click()
    await toast('Everything is being added up').waitFor()
    await page.getByText(/^All of it, .* balanced,/).waitFor()
    await settled(page)
    await axeClean(page, 'the ledger')
  })

  it('are compared with the provider’s', async () => {
    await page.goto('/ledger/differences')
    await page.getByText('Nothing differs.').waitFor()
    await page.getByRole('button', { name: 'Compare now' }).first().click()
    await axeClean(page, 'a comparison to be')
    await page.keyboard.press('Control+Enter')
    await toast('The comparison has begun').waitFor()
    await page.goto('/ledger/comparisons')
    await page.getByRole('gridcell', { name: 'Done' }).waitFor()
    await settled(page)
    await axeClean(page, 'comparisons')
  })

  it('say what differs: one is written off, one is matched', async () => {
    await page.goto('/ledger/differences?state=open')
    await page.getByRole('gridcell', { name: 'Another amount' }).click()
    await page.getByText('Both have the line, with different amounts.').waitFor()
    await settled(page)
    await axeClean(page, 'a difference')
    await page.getByRole('button', { name: 'Write off' }).click()
    await page.getByRole('dialog').getByText('€1.00 is booked as won').waitFor()
    await page.getByLabel('Reason').fill('Their rounding')
    await page.getByRole('button', { name: /^Write off €1\.00/ }).click()
    await toast('€1.00 written off').waitFor()
    await page.goto('/ledger/differences?state=open')
    await page.getByRole('gridcell', { name: 'Missing here' }).click()
    await page.getByRole('button', { name: 'Match' }).click()
    await page.getByRole('combobox', { name: 'Which payment' }).fill('Mia')
    await page.getByRole('listbox').getByRole('option').first().click()
    await page.getByLabel('Reason').fill('Agreed by telephone')
    await axeClean(page, 'a difference to be matched')
    await page.keyboard.press('Control+Enter')
    await toast('Matched').waitFor()
    const rows = await api('GET', '/reconciliation/exceptions')
    assert.deepEqual(rows.map((row) => row.state).toSorted(), ['matched', 'written_off'])
    assert.ok((await api('GET', '/ledger/proof')).balanced)
  })

  it('have the figures of each month', async () => {
    await page.goto('/ledger/report')
    await page.getByText(/^Left in /).waitFor()
    await page.getByRole('table', { name: 'Every month' }).waitFor()
    await settled(page)
    await axeClean(page, 'the months')
  })

  it('are closed up to a day', async () => {
    await page.goto('/ledger/periods')
    await page.getByRole('button', { name: 'Close a period' }).first().click()
    await page.getByLabel('Reason').fill('Month end')
    await axeClean(page, 'a period to be closed')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('button', { name: /^Close up to / }).click()
    await toast(/^Closed up to /).waitFor()
    await page.getByRole('gridcell', { name: 'Month end' }).click()
    await page.getByText('What the accounts said').waitFor()
    await settled(page)
    await axeClean(page, 'the periods')
    assert.equal((await api('GET', '/audit?action=ledger.close'))[0].reason, 'Month end')
  })

  it('and opened again with a reason', async () => {
    await page.getByRole('button', { name: 'Open again' }).click()
    await page.getByLabel('Reason').fill('An invoice came late')
    await page.getByRole('dialog').getByRole('button', { name: 'Open again' }).click()
    await toast(/is open again$/).waitFor()
    await page.getByText('An invoice came late').first().waitFor()
    await settled(page)
    await axeClean(page, 'a period that was opened again')
    assert.equal((await api('GET', '/ledger/periods'))[0].reopenReason, 'An invoice came late')
    assert.deepEqual(complaints, [])
  })
})
