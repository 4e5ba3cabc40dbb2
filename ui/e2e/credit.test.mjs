/** Trust, in a real browser: credit is given and spent, a refund goes there, an order is sold on account, its money comes, and what never will is given up. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, settled } from './browser.mjs'
import { address, openBusiness, openShop, signIn } from './business.mjs'

const agent = { firstName: 'Ada', lastName: 'Brandt', email: 'ada@credit.test', role: 'support', password: 'storm-compass-41-rope' }
const eur = (amount) => ({ amount, currency: 'EUR' })

let owner, api, page, dark, complaints, another, stop, toast, shop, first, second
before(async () => {
  ;({ owner, api, page, complaints, another, stop, toast } = await openBusiness('Harbour Trust', 'credit.test'))
  shop = await openShop(api, 'credit.test')
  ;({ page: dark } = await another({ scheme: 'dark', width: 1024, height: 700 }))
  await signIn(dark, owner)
  first = await enter()
  second = await enter()
})
after(() => stop?.())

const enter = () => api('POST', '/orders', { customerId: shop.customer.id, items: [{ productId: shop.product.id, quantity: 2 }], shippingAddress: address })
const order = (id) => api('GET', `/orders/${id}`)
const credit = async () => (await api('GET', `/credits?customerId=${shop.customer.id}`)).map((one) => one.balance.amount)
const owed = async (one) => (await api('GET', `/receivables?orderId=${one.id}`)).map((each) => [each.owed.amount, each.received.amount, each.writtenOff.amount])
/** Both ways a page can look. */
async function clean(path, name, ready) {
  for (const window of [page, dark]) {
    await window.goto(path)
    await ready(window).waitFor()
    await settled(window)
    await axeClean(window, name)
  }
}

describe('stored credit', { concurrency: false }, () => {
  it('says what it is while there is none', async () => {
    await clean('/payments/credits', 'no stored credit', (window) => window.getByText('Nobody has stored credit.', { exact: false }))
    await clean('/payments/receivables', 'nothing owed', (window) => window.getByText('Nobody owes anything.', { exact: false }))
  })

  it('is given on a person’s page, by the keyboard alone', async () => {
    await page.goto(`/people/${shop.customer.id}`)
    await page.getByText('No stored credit.').waitFor()
    await page.getByRole('button', { name: 'Give credit…' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Give Mia Moe stored credit' })
    await dialog.waitFor()
    await page.keyboard.type('20')
    await page.keyboard.press('Tab')
    await page.keyboard.type('The parcel was a week late')
    await dialog.getByText('Discounts').waitFor()
    await axeClean(page, 'giving credit')
    await page.keyboard.press('Control+Enter')
    await toast('€20.00 of stored credit given to Mia Moe').waitFor()
    await page.getByRole('region', { name: 'Stored credit' }).getByText('The parcel was a week late').waitFor()
    assert.deepEqual(await credit(), [2000])
  })

  it('is taken back, never more than there is', async () => {
    await page.getByRole('button', { name: 'Take back…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Take stored credit back from Mia Moe' })
    await dialog.getByLabel('Amount').fill('21')
    await dialog.getByText('Only €20.00 is left.').waitFor()
    await dialog.getByLabel('Amount').fill('5')
    await dialog.getByLabel('Reason').fill('Too generous')
    await dialog.getByRole('button', { name: /^Take back €5\.00/ }).click()
    await toast('€5.00 of stored credit taken back from Mia Moe').waitFor()
    await page.getByRole('region', { name: 'Stored credit' }).getByText('Too generous').waitFor()
    assert.deepEqual(await credit(), [1500])
    await clean(`/people/${shop.customer.id}`, 'a person with credit', (window) => window.getByText('Too generous').first())
  })

  it('pays as much of an order as there is, and a card the rest', async () => {
    await page.goto(`/orders/${first.id}`)
    await page.getByRole('button', { name: /^Pay/ }).click()
    const dialog = page.getByRole('dialog', { name: /^Pay #/ })
    await dialog.getByText('Stored credit (€15.00 left)').click()
    await dialog.getByText('€44.00 stays to be paid another way', { exact: false }).waitFor()
    await settled(page)
    await axeClean(page, 'paying with credit')
    await dialog.getByRole('button', { name: /^Pay €15\.00 with stored credit/ }).click()
    await toast(/^€15\.00 of stored credit paid for #/).waitFor()
    await page.getByText('Partly paid').first().waitFor()
    await page.getByRole('button', { name: /^Take €44\.00/ }).first().click()
    await page.getByRole('dialog', { name: /^Pay #/ }).getByRole('button', { name: /^Take €44\.00/ }).click()
    await becomes(async () => (({ state, due, paid }) => [state, due.amount, paid.amount])(await order(first.id)), ['paid', 0, 5900])
    assert.deepEqual(await credit(), [0])
    await page.getByRole('region', { name: 'Payments' }).getByText('Stored credit').waitFor()
    await page.getByText('Paid with stored credit').waitFor()
  })

  it('takes a refund, if somebody says so', async () => {
    await page.goto(`/orders/${first.id}`)
    await page.getByRole('button', { name: /^Refund/ }).first().click()
    const dialog = page.getByRole('dialog', { name: /^Refund #/ })
    await dialog.getByLabel('Amount').fill('10')
    await dialog.getByText('To stored credit', { exact: true }).click()
    await dialog.getByText('Customers’ stored credit').waitFor()
    await dialog.getByText('Arrived too late').click()
    await dialog.getByRole('button', { name: /^Refund €10\.00 to stored credit/ }).waitFor()
    await settled(page)
    await axeClean(page, 'a refund to credit')
    await dialog.getByRole('button', { name: /^Refund €10\.00 to stored credit/ }).click()
    await toast('€10.00 goes to the stored credit of Mia Moe').waitFor()
    await becomes(credit, [1000])
    await page.getByText('Refunded to stored credit').waitFor()
    await page.goto('/refunds')
    await page.getByRole('gridcell', { name: 'Stored credit' }).first().waitFor()
  })

  it('stands in lists, with how it moved', async () => {
    await clean('/payments/credits', 'stored credit', (window) => window.getByRole('gridcell', { name: '€10.00' }))
    await clean('/payments/credits/moves', 'moves of credit', (window) => window.getByRole('gridcell', { name: 'Spent on an order' }))
    await page.goto('/credits?open=true')
    await page.getByRole('gridcell', { name: '€10.00' }).waitFor()
    assert.match(page.url(), /\/payments\/credits\?open=true$/)
  })

  it('waits for somebody else where a rule says so', async () => {
    await api('POST', '/users', agent)
    await api('POST', '/approval-rules', { name: 'Four eyes', kind: 'refund', effect: 'approve', minAmount: eur(3000), roles: ['support'] })
    const { page: theirs } = await another()
    await signIn(theirs, agent)
    await theirs.goto(`/people/${shop.customer.id}`)
    await theirs.getByRole('button', { name: 'Give credit…' }).click()
    await theirs.getByLabel('Amount').fill('30')
    await theirs.getByLabel('Reason').fill('A dented box')
    await theirs.keyboard.press('Control+Enter')
    await toast('€30.00 of stored credit for Mia Moe waits for somebody to approve it', theirs).waitFor()
    await theirs.getByText('€30.00 waits for approval.').waitFor()
    await theirs.getByRole('link', { name: 'Open approvals' }).click()
    await theirs.getByRole('heading', { name: 'Stored credit for Mia Moe' }).waitFor()
    await clean('/refunds/approvals?state=waiting', 'credit that waits', (window) => window.getByRole('gridcell', { name: 'Mia Moe · Stored credit' }))
    await page.getByRole('row').nth(1).click()
    await page.getByRole('button', { name: 'Approve €30.00' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Approve €30\.00/ }).click()
    await toast('€30.00 of stored credit given to Mia Moe').waitFor()
    assert.deepEqual(await credit(), [4000])
  })
})

describe('a sale on account', { concurrency: false }, () => {
  it('is owed until its money comes', async () => {
    await page.goto(`/orders/${second.id}`)
    await page.getByRole('button', { name: /^Pay/ }).click()
    const dialog = page.getByRole('dialog', { name: /^Pay #/ })
    await dialog.getByLabel(/^On account/).check()
    await dialog.getByRole('button', { name: /^Sell for €59\.00 on account/ }).click()
    await toast(/is sold on account: Mia Moe owes €59\.00$/).waitFor()
    await page.getByText('€59.00 is owed on account.').waitFor()
    await page.getByText('Sold on account', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Received…' }).click()
    const came = page.getByRole('dialog', { name: /^Money received for #/ })
    await came.getByLabel('Amount').fill('19')
    await came.getByLabel('How it came').fill('Transfer 17')
    await came.getByText('Bank and till').waitFor()
    await settled(page)
    await axeClean(page, 'money that came')
    await came.getByRole('button', { name: /^Received €19\.00/ }).click()
    await toast(/^€19\.00 received for #/).waitFor()
    await page.getByText('€40.00 is owed on account.').waitFor()
    assert.deepEqual(await owed(second), [[4000, 1900, 0]])
    await clean(`/orders/${second.id}`, 'an order that is owed', (window) => window.getByText('€40.00 is owed on account.'))
    await clean('/orders', 'orders, one of them owed', (window) => window.getByRole('gridcell', { name: 'On account' }))
  })

  it('is put off to another day', async () => {
    await clean('/payments/receivables?open=true', 'what customers owe', (window) => window.getByRole('gridcell', { name: '€40.00' }))
    await page.getByRole('button', { name: /^More actions: #/ }).click()
    await page.getByRole('menuitem', { name: 'Another day…' }).click()
    const dialog = page.getByRole('dialog', { name: /^Another day to pay #/ })
    const day = new Date(Date.now() + 100 * 86_400_000).toISOString().slice(0, 10)
    await dialog.getByLabel('To be paid by').fill(day)
    await dialog.getByLabel('Reason').fill('They asked for it')
    await axeClean(page, 'another day')
    await dialog.getByRole('button', { name: /^Pay by / }).click()
    await toast(/is to be paid by/).waitFor()
    await becomes(async () => (await api('GET', '/receivables'))[0].dueAt.slice(0, 10), day)
  })

  it('is given up where it never will', async () => {
    await page.goto('/payments/receivables')
    await page.getByRole('button', { name: /^More actions: #/ }).click()
    await page.getByRole('menuitem', { name: 'Give up…' }).click()
    const dialog = page.getByRole('dialog', { name: /^Give up what is owed for #/ })
    await dialog.getByLabel('Reason').fill('Insolvent')
    await axeClean(page, 'giving up')
    await dialog.getByRole('button', { name: /^Give up €40\.00/ }).click()
    await toast(/^€40\.00 of #\d+ given up$/).waitFor()
    assert.deepEqual(await owed(second), [[0, 1900, 4000]])
    await page.getByRole('link', { name: 'Settled', exact: true }).click()
    await page.getByRole('gridcell', { name: 'Settled' }).waitFor()
    await page.getByRole('link', { name: 'Overdue', exact: true }).click()
    await page.getByText('Nothing matches these filters.').waitFor()
  })

  it('has its days in the settings', async () => {
    await page.goto('/settings')
    const days = page.getByLabel('Sold on account, to be paid within')
    await days.fill('14')
    await page.getByRole('button', { name: 'Save checkout' }).click()
    await becomes(async () => (await api('GET', '/settings/checkout')).accountDays, 14)
  })

  it('leaves the books in balance, without a word of complaint', async () => {
    assert.equal((await api('GET', '/ledger/proof')).balanced, true)
    assert.deepEqual(complaints, [])
  })
})
