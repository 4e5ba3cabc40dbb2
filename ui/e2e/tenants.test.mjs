/** Several businesses in a real browser: one made, shut, opened, deleted and brought back; and the sealed way in, when nobody else gets in. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, openBrowser, openPage, settled } from './browser.mjs'
import { startEngine } from './engine.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@home.test', password: 'lantern-quay-7-brass' }
const other = { email: 'olga@rope.test', password: 'storm-compass-41-rope' }

let engine, browser, page, complaints
before(async () => {
  engine = await startEngine()
  const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Home', ...owner }) })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser, engine.base))
  await signIn(page, owner)
})
after(async () => {
  await browser?.close()
  await engine?.stop()
})
async function signIn(of, { email, password }, then = 'Home') {
  await of.goto('/sign-in')
  await of.getByLabel('E-mail').fill(email)
  await of.getByLabel('Password', { exact: true }).fill(password)
  await of.getByRole('button', { name: 'Sign in' }).click()
  await of.getByRole('heading', { level: 1, name: then }).waitFor()
}
const toast = (text) => page.getByRole('region', { name: 'Toasts' }).getByText(text)
const marked = (state) => page.locator('.record-marks').getByText(state, { exact: true }).waitFor()
async function deed(name, reason) {
  await page.getByRole('button', { name, exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await dialog.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await dialog.waitFor({ state: 'detached' })
}

describe('several businesses', { concurrency: false }, () => {
  it('begin with one made here, whose owner is invited', async () => {
    await page.goto('/tenants/new')
    await page.getByLabel('Name', { exact: true }).fill('Rope & Sail')
    await page.getByLabel('Short name').fill('rope')
    await page.getByLabel('First name').fill('Olga')
    await page.getByLabel('Last name').fill('Rope')
    await page.getByLabel('E-mail').fill(other.email)
    await axeClean(page, 'a new business')
    await page.getByRole('button', { name: 'Make the business' }).click()
    const dialog = page.getByRole('dialog', { name: 'Invitation to Rope & Sail' })
    const token = /#token=(\S+)/.exec((await dialog.locator('code').textContent()) ?? '')?.[1]
    const taken = await fetch(`${engine.base}/api/v1/auth/invitation/accept`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token, password: other.password }) })
    assert.equal(taken.status, 204)
    await axeClean(page, 'the invitation of an owner')
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('heading', { level: 1, name: 'Rope & Sail' }).waitFor()
    await marked('Active')
  })

  it('are shut and opened again, which its people notice at once', async () => {
    const { page: theirs, context } = await openPage(browser, engine.base)
    await signIn(theirs, other)
    await deed('Suspend', 'The bill is not paid')
    await toast('Rope & Sail is suspended').waitFor()
    await marked('Suspended')
    await settled(page)
    await axeClean(page, 'a suspended business')
    await theirs.reload()
    await theirs.getByRole('heading', { name: 'This business is suspended' }).waitFor()
    await axeClean(theirs, 'a shut business')
    await deed('Resume', 'It is paid')
    await marked('Active')
    await theirs.getByRole('button', { name: 'Look again' }).click()
    await theirs.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await context.close()
  })

  it('are deleted with a grace, and brought back within it', async () => {
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete Rope & Sail' })
    await dialog.getByLabel('Reason').fill('Moved away')
    await dialog.getByLabel('Until it is deleted').fill('91')
    await dialog.getByLabel('Type rope to confirm').fill('sail')
    await dialog.getByRole('button', { name: /^Delete/ }).click()
    await dialog.getByText('A whole number from 1 to 90.').waitFor()
    await dialog.getByLabel('Until it is deleted').fill('14')
    await dialog.getByLabel('Type rope to confirm').fill('rope')
    await axeClean(page, 'deleting a business')
    await dialog.getByRole('button', { name: /^Delete/ }).click()
    await marked('Closing')
    await deed('Bring back', 'They stay')
    await toast('Rope & Sail is back, suspended').waitFor()
    await page.goto('/tenants')
    await page.getByRole('gridcell', { name: 'Suspended' }).waitFor()
    await settled(page)
    await axeClean(page, 'businesses')
  })
})

describe('the sealed way in', { concurrency: false }, () => {
  let code
  it('is sealed once, and shown once', async () => {
    await page.goto('/settings#sealed')
    await page.getByRole('button', { name: 'Seal a code' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Seal a code/ }).click()
    const shown = page.getByRole('dialog', { name: 'Write this down and lock it away' })
    code = (await shown.getByLabel('Sealed code').textContent()) ?? ''
    assert.match(code, /^\S{4}(.\S{4}){7}$/)
    await axeClean(page, 'a sealed code')
    await shown.getByLabel('I have locked it away').check()
    await shown.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('cell', { name: 'Sealed', exact: true }).waitFor()
  })

  it('opens at 360 px, is said in every window, and ends when an owner closes it', async () => {
    const { page: phone, context } = await openPage(browser, engine.base, { width: 360, height: 740 })
    await phone.goto('/sign-in')
    await phone.getByRole('button', { name: 'Use a sealed code' }).click()
    await phone.getByLabel('Reason').fill('The owner is at sea')
    await phone.getByLabel('Sealed code').fill('nothing-of-the-kind')
    await phone.getByRole('button', { name: 'Open the sealed way in' }).click()
    await phone.getByText('This code opens nothing.').waitFor()
    await axeClean(phone, 'the sealed way in')
    await phone.getByLabel('Sealed code').fill(code.toLowerCase())
    await phone.getByRole('button', { name: 'Open the sealed way in' }).click()
    await phone.getByRole('region', { name: /^You are in by a sealed code/ }).waitFor()
    const banner = page.getByRole('region', { name: /^The sealed way in is open until/ })
    await banner.getByText('The owner is at sea').waitFor()
    await settled(page)
    await axeClean(page, 'the banner of the sealed way in')
    await banner.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('dialog', { name: 'Close the sealed way in' }).getByRole('button', { name: /^Close/ }).last().click()
    await banner.waitFor({ state: 'detached' })
    await page.getByRole('cell', { name: 'Used', exact: true }).waitFor()
    await phone.reload()
    await phone.getByRole('heading', { name: 'Sign in' }).waitFor()
    await context.close()
    assert.deepEqual(complaints, [])
  })
})
