/**
 * The ways people go through Purser, in a real browser on a real engine: set up, sign in, find a person, open their order, give part
 * of it back, and see that in the timeline, the ledger and the audit; the same by keyboard alone; every page as axe sees it.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@harbour.test', password: 'lantern-quay-7-brass' }
const customer = { firstName: 'Ada', lastName: 'Brandt', email: 'ada.brandt@example.org', role: 'user' }

let engine
let browser
let api
/** The order of the first journey; the others go on with it. */
let order
/** A line of the audit, to open. */
let logLine

before(async () => {
  engine = await startEngine()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await engine?.stop()
})

async function signIn(page) {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
}
/** Chooses the first that fits, from a field that finds. */
async function choose(page, label, words) {
  await page.getByRole('combobox', { name: label }).fill(words)
  await page.getByRole('option').first().filter({ hasText: words }).waitFor()
  await page.keyboard.press('Enter')
}
const toast = (page, text) => page.getByRole('region', { name: 'Toasts' }).getByText(text)

describe('a refund, from an empty machine', { concurrency: false }, () => {
  let page
  let complaints
  before(async () => {
    ;({ page, complaints } = await openPage(browser, engine.base))
  })
  after(async () => {
    assert.deepEqual(complaints, [], 'the page complained in its console')
    await page.context().close()
  })

  it('sets a business up', async () => {
    await page.goto('/')
    await page.waitForURL(/\/setup$/)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await axeClean(page, 'set-up')
    await page.getByRole('textbox', { name: 'Business' }).fill('Harbour Chandlery')
    await page.getByLabel('First name').fill(owner.firstName)
    await page.getByLabel('Last name').fill(owner.lastName)
    await page.getByLabel('E-mail').fill(owner.email)
    await page.getByLabel('Password', { exact: true }).fill(owner.password)
    await page.getByRole('button', { name: 'Create Harbour Chandlery' }).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    api = await caller(engine.base, owner.email, owner.password)
  })

  it('signs out and in again', async () => {
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await axeClean(page, 'sign-in')
    await page.getByLabel('E-mail').fill(owner.email)
    await page.getByLabel('Password', { exact: true }).fill('not this one')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await signIn(page)
  })

  it('adds a product', async () => {
    await page.goto('/products/new')
    await page.getByLabel('Name', { exact: true }).fill('Storm lantern')
    await page.getByLabel('SKU').fill('LAN-01')
    await page.getByLabel('Price', { exact: true }).fill('25.00')
    await page.getByLabel('Stock').fill('40')
    await page.getByLabel('Weight').fill('1.5')
    await page.getByRole('button', { name: 'Add product' }).click()
    await page.getByRole('heading', { level: 1, name: 'Storm lantern' }).waitFor()
  })

  it('enters an order and takes the money', async () => {
    await api('POST', '/users', customer)
    await page.goto('/orders/new')
    await choose(page, 'Customer', 'Ada')
    await choose(page, 'First product', 'Storm')
    await page.getByLabel('Quantity of Storm lantern').fill('2')
    await page.getByLabel('Street and number').fill('Quay 7')
    await page.getByLabel('Postal code').fill('5003')
    await page.getByLabel('City').fill('Bergen')
    await page.getByLabel('Country').selectOption('NO')
    await page.getByRole('button', { name: /^Enter order/ }).click()
    await page.getByRole('heading', { level: 1, name: /^#\d+$/ }).waitFor()
    order = { id: page.url().split('/').at(-1), name: await page.getByRole('heading', { level: 1 }).textContent() }
    // 50.00 goods, 3 kg: 8 % tax and one band of shipping.
    await page.getByRole('region', { name: 'Lines' }).getByText('€59.00').waitFor()
    await page.getByRole('button', { name: /^Pay/ }).click()
    await page.getByRole('button', { name: /^Take €59\.00/ }).click()
    await toast(page, /€59\.00 taken/).waitFor()
    await page.getByText('Payment received').waitFor()
  })

  it('finds the person, opens the order and gives part of it back', async () => {
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('Ada Brandt')
    await page.getByRole('option', { name: /Ada Brandt/ }).first().click()
    await page.getByRole('heading', { level: 1, name: 'Ada Brandt' }).waitFor()
    await page.getByRole('link', { name: order.name }).first().click()
    await page.getByRole('heading', { level: 1, name: order.name }).waitFor()

    await page.getByRole('button', { name: /^Refund/ }).click()
    const dialog = page.getByRole('dialog', { name: `Refund ${order.name}` })
    await dialog.getByText('€59.00 left').waitFor()
    await dialog.getByLabel('How many of Storm lantern').fill('1')
    await dialog.getByText('Damaged on arrival').click()
    // One of two lanterns with its tax; the books take their part from goods, tax and shipping.
    await dialog.getByText('Cash at the payment provider').waitFor()
    await axeClean(page, 'the refund dialog')
    await dialog.getByRole('button', { name: /^Refund €27\.00/ }).click()
    await dialog.waitFor({ state: 'detached' })
    await toast(page, '€27.00 goes back to Ada Brandt').waitFor()
  })

  it('sees it in the timeline, the ledger and the audit', async () => {
    const told = page.getByRole('complementary', { name: 'Timeline' })
    await told.getByText('Refunded').waitFor()
    await told.getByText('Damaged on arrival').waitFor()
    await page.getByRole('region', { name: 'Ledger' }).getByText('Refunds').waitFor()
    await page.getByRole('region', { name: 'Refunds' }).getByText('€27.00').waitFor()

    await page.goto(`/ledger/entries?orderId=${order.id}`)
    await page.getByRole('gridcell', { name: 'Refund', exact: true }).first().waitFor()
    await becomes(() => page.getByRole('gridcell', { name: '€27.00' }).count(), 1)
    await page.goto('/ledger')
    await page.getByText('The books balance to zero').waitFor()

    await page.goto(`/audit?action=order.refund`)
    await page.getByRole('gridcell', { name: order.name }).first().waitFor()
  })

  it('saves a view, renames it, and comes back to it from a record', async () => {
    await page.goto('/orders?paymentState=partially_refunded')
    await settled(page)
    await page.getByRole('button', { name: /^View/ }).click()
    await page.getByLabel('Name of the view').fill('To look at')
    await page.getByRole('button', { name: 'Save this view' }).click()
    await page.getByRole('button', { name: 'View: To look at' }).click()
    await page.getByRole('button', { name: 'Rename or share the view To look at' }).click()
    await page.getByLabel('Name of the view').fill('Partly given back')
    await page.getByRole('checkbox', { name: 'For everyone in Harbour Chandlery' }).check()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('group', { name: 'Team' }).getByText('Partly given back').waitFor()
    assert.deepEqual((await api('GET', '/views?area=orders')).map((view) => [view.name, view.shared]), [['Partly given back', true]])
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: order.name }).click()
    await page.getByRole('heading', { level: 1, name: order.name }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
    await page.waitForURL(/paymentState=partially_refunded/)
  })

  it('leads from a figure to as many rows as it says', async () => {
    await page.goto('/')
    const figure = page.getByRole('link', { name: /^Partly|^Paid/ }).first()
    const said = Number(((await figure.textContent()) ?? '').replace(/\D/g, ''))
    await figure.click()
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
    await page.getByText(new RegExp(`1–${said} of ${said}`)).waitFor()
  })

  it('tells how much is left while somebody else refunds', async () => {
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: /^Refund/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('€32.00 left').waitFor()
    const { payments } = await api('GET', `/orders/${order.id}`)
    await api('POST', `/payments/${payments[0].id}/refund`, { amount: { amount: 1200, currency: 'EUR' }, reason: 'Another agent' })
    await dialog.getByText('€20.00 left').waitFor()
    await dialog.getByText('Changed while you were here').waitFor()
    await dialog.getByText('Arrived too late').click()
    await dialog.getByRole('button', { name: /^Refund €20\.00/ }).waitFor()
    await page.keyboard.press('Escape')
    // A reason was chosen: leaving asks first.
    await page.getByRole('button', { name: /^Leave/ }).click()
    await dialog.waitFor({ state: 'detached' })
  })
})

describe('the same by keyboard alone', { concurrency: false }, () => {
  it('signs in, finds the order, refunds, and follows it', async () => {
    const { page, context, complaints } = await openPage(browser, engine.base)
    const { keyboard } = page
    /** Tab until the focus is on what is meant. */
    const tabTo = async (selector) => {
      for (let i = 0; i < 40; i++) {
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
        await keyboard.press('Tab')
      }
      assert.fail(`Tab never came to ${selector}`)
    }
    await page.goto('/')
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await keyboard.type(owner.email)
    await keyboard.press('Tab')
    await keyboard.type(owner.password)
    await keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()

    await keyboard.press('g')
    await keyboard.press('o')
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
    await page.getByRole('row').nth(1).waitFor()
    await keyboard.press('/')
    await keyboard.type('Brandt')
    await page.waitForURL(/search=Brandt/)
    await page.getByRole('row').nth(1).waitFor()
    // The first empties the field, which counts a moment later; the second leaves it.
    await keyboard.press('Escape')
    await keyboard.press('Escape')
    await page.waitForURL((url) => !url.searchParams.has('search'))
    await settled(page)
    await page.getByRole('row').nth(1).waitFor()
    await keyboard.press('j')
    await page.locator('.row-current').waitFor()
    await keyboard.press('r')
    const dialog = page.getByRole('dialog', { name: `Refund ${order.name}` })
    await dialog.getByText('€20.00 left').waitFor()
    await keyboard.type('5.50')
    await tabTo('input[type=radio]')
    await keyboard.press('Space')
    // The keys do nothing before the button would.
    await dialog.locator('button:not([aria-disabled=true])', { hasText: /Refund €5\.50/ }).waitFor()
    await keyboard.press('Control+Enter')
    await dialog.waitFor({ state: 'detached' })
    await toast(page, '€5.50 goes back to Ada Brandt').waitFor()

    await keyboard.press('Control+k')
    await page.locator('.palette-input:focus').waitFor()
    await keyboard.type(order.name)
    await page.getByRole('option', { name: new RegExp(order.name), selected: true }).waitFor()
    await keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: order.name }).waitFor()
    await page.getByRole('region', { name: 'Refunds' }).getByText('€5.50').waitFor()
    await keyboard.press('g')
    await keyboard.press('l')
    await page.getByText('The books balance to zero').waitFor()
    await keyboard.press('g')
    await keyboard.press('a')
    await page.getByRole('gridcell', { name: order.name }).first().waitFor()
    assert.deepEqual(complaints, [])
    await context.close()
  })
})

describe('every page is clean for axe', { concurrency: false }, () => {
  const pages = () => ['/', '/people', '/people/new', '/orders', '/orders/new', `/orders/${order.id}`, '/orders?state=cancelled', '/payments', '/refunds', '/products', '/products/new', '/files', '/import', '/ledger', '/ledger/entries', '/audit', '/sign-ins', '/settings', '/connections', '/account', '/docs', `/audit/${logLine}`, '/people/00000000-0000-7000-8000-000000000000', '/nothing-here']
  for (const scheme of ['light', 'dark'])
    it(scheme, async () => {
      const { page, context, complaints } = await openPage(browser, engine.base, { scheme })
      await signIn(page)
      logLine = (await api('GET', '/audit'))[0].id
      const records = [...pages(), `/payments/${(await api('GET', '/payments'))[0].id}`, `/products/${(await api('GET', '/products'))[0].id}`, `/people/${(await api('GET', '/users?search=Ada'))[0].id}`]
      for (const path of records) {
        await page.goto(path)
        await settled(page)
        await axeClean(page, `${path} (${scheme})`)
      }
      const button = (name) => page.getByRole('main').getByRole('button', { name })
      const person = `/people/${(await api('GET', '/users?search=Ada'))[0].id}`
      const unpaid = await api('POST', '/orders', { customerId: (await api('GET', '/users?search=Ada'))[0].id, items: [{ productId: (await api('GET', '/products'))[0].id, quantity: 1 }], shippingAddress: { name: 'Ada Brandt', street: 'Quay 7', city: 'Bergen', state: '', zipCode: '5003', country: 'NO', phone: '' } })
      for (const [name, path, open, without] of [
        ['the palette', '/orders', () => page.keyboard.press('Control+k')],
        ['the keys', '/orders', () => page.keyboard.press('?')],
        ['an order beside its list', '/orders', async () => (await page.keyboard.press('j'), page.keyboard.press('Enter'))],
        ['saved views', '/orders?state=paid', () => button(/^View/).click()],
        ['the filters', '/orders', () => button('Filter').click()],
        ['the columns', '/orders', () => button('Columns').click()],
        ['a selection', '/orders', async () => (await page.keyboard.press('j'), page.keyboard.press('x'))],
        ['paying', `/orders/${unpaid.id}`, () => button(/^Pay/).click()],
        ['cancelling', `/orders/${unpaid.id}`, async () => (await button('More actions').click(), await page.getByRole('menuitem', { name: 'Cancel order' }).click(), page.getByRole('dialog').waitFor())],
        ['editing a person', person, () => page.keyboard.press('e')],
        ['locking a person', person, () => button('Lock').click()],
        ['editing a product', `/products/${(await api('GET', '/products'))[0].id}`, () => page.keyboard.press('e')],
        ['attaching a file', '/files', () => button('Upload').first().click()],
        // A menu floats outside the landmarks by its nature.
        ['the account menu', '/', () => page.getByRole('button', { name: /^Account/ }).click(), ['region']],
      ]) {
        await page.goto(path)
        await settled(page)
        await open()
        await page.locator('[data-layer], .inspector, .bulk').first().waitFor()
        await settled(page)
        await axeClean(page, `${name} (${scheme})`, without)
        await page.keyboard.press('Escape')
      }
      await api('POST', `/orders/${unpaid.id}/cancel`, { reason: 'Only to look at' })
      assert.deepEqual(complaints, [])
      await context.close()
    })
})
