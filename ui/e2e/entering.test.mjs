/** Ways in that few people meet, on a telephone: one address and password that fit two businesses, and making an account oneself. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@entering.test', password: 'lantern-quay-7-brass' }
const send = (path, body) => fetch(`${engine.base}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

let engine, browser, api, page, complaints
before(async () => {
  engine = await startEngine()
  const made = await send('/setup', { tenantName: 'Harbour Entering', ...owner })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  api = await caller(engine.base, owner.email, owner.password)
  const second = await api('POST', '/tenants', { name: 'Rope & Sail', slug: 'rope', owner: { firstName: owner.firstName, lastName: owner.lastName, email: owner.email } })
  const token = /#token=(\S+)/.exec(second.invitation)?.[1]
  assert.equal((await send('/auth/invitation/accept', { token, password: owner.password })).status, 204)
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser, engine.base, { width: 360, height: 740 }))
})
after(async () => {
  await browser?.close()
  await engine?.stop()
})
/** Nothing has to be slid sideways, and nothing is wrong with the page, light and dark. */
async function stands(name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    await settled(page)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, `${name} is wider than a telephone`)
    await axeClean(page, `${name}, ${colorScheme}`)
  }
}

describe('coming in', { concurrency: false }, () => {
  const into = async (business) => {
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').fill(owner.email)
    await page.getByLabel('Password', { exact: true }).fill(owner.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Which business?' }).waitFor()
    if (business) await page.getByRole('button', { name: business }).click()
  }

  it('asks which business is meant, and goes back where none is', async () => {
    await into()
    await stands('the choice of a business')
    await page.getByRole('button', { name: 'Back to sign-in' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  it('leads into the one that was meant', async () => {
    await into('Rope & Sail')
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.locator('.top').getByText('Rope & Sail').waitFor()
    await page.setViewportSize({ width: 360, height: 740 })
    await page.context().clearCookies()
  })

  it('is open to strangers where the business says so, and says what is missing', async () => {
    await page.goto('/register?tenant=harbour-entering')
    await page.getByText('Nobody can make themselves an account here.').waitFor()
    await stands('a closed door')
    const opened = await fetch(`${engine.base}/api/v1/settings/sign-in`, { method: 'PATCH', headers: { 'content-type': 'application/json', authorization: `Bearer ${api.token}`, 'if-match': `"${(await api('GET', '/settings/sign-in')).version}"` }, body: JSON.stringify({ selfRegistration: true }) })
    assert.ok(opened.ok, `the door: ${opened.status}`)
    await page.reload()
    await page.getByRole('heading', { name: /^Make an account/ }).waitFor()
    await page.getByRole('button', { name: 'Make the account' }).click()
    await becomes(() => page.locator('[aria-invalid=true]').count(), 4)
    await stands('making an account, with nothing filled in')
    await page.getByLabel('First name').fill('Ida')
    await page.getByLabel('Last name').fill('Nygaard')
    await page.getByLabel('E-mail').fill('ida@entering.test')
    await page.getByLabel('Password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.locator('input[type=password][aria-invalid=true]').waitFor()
    await page.getByLabel('Password', { exact: true }).fill('violet-anchor-77-copper')
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByText('A mail is on its way to ida@entering.test.').waitFor()
    await stands('an account that waits for its proof')
  })

  it('without a word of complaint', () => assert.deepEqual(complaints, []))
})
