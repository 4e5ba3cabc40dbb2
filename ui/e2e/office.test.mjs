/** The office's ways in a real browser: bring people in from a file with a bad row, lock and unlock several, let somebody in again, revoke a key, set a puzzle, prove the audit, change settings while somebody else does. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@office.test', password: 'lantern-quay-7-brass' }
const csv = ['email;first name;last name;role;country', 'ada@office.test;Ada;Brandt;user;NO', 'not an address;Bo;Dahl;user;NO', 'cai@office.test;Cai;Eng;user;DE', ''].join('\n')

let engine
let browser
let api
let page
let complaints

before(async () => {
  engine = await startEngine()
  const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Office', ...owner }) })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  api = await caller(engine.base, owner.email, owner.password)
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser, engine.base))
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
})
after(async () => {
  await browser?.close()
  await engine?.stop()
})
const toast = (text) => page.getByRole('region', { name: 'Toasts' }).getByText(text)

describe('the office', { concurrency: false }, () => {
  it('imports people, leaving a bad row out', async () => {
    await page.goto('/import?kind=people')
    await page.locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByRole('heading', { level: 1, name: 'people.csv' }).waitFor()
    await settled(page)
    await axeClean(page, 'the columns of an import')
    await page.getByRole('button', { name: 'Check without writing' }).click()
    await page.getByText('2 of 3 rows are good, one is not.').waitFor()
    await page.getByRole('table', { name: 'Bad rows' }).getByRole('cell', { name: '3', exact: true }).waitFor()
    await settled(page)
    await axeClean(page, 'the check of an import')
    await page.getByText('Skip bad rows').click()
    await page.getByRole('button', { name: 'Import 2 rows' }).click()
    await page.getByText('The import is done; one bad row was left out.').waitFor()
    await axeClean(page, 'the result of an import')
    await page.getByRole('link', { name: 'See People' }).click()
    await page.getByRole('gridcell', { name: 'Ada Brandt' }).first().waitFor()
    await page.getByRole('gridcell', { name: 'Cai Eng' }).first().waitFor()
  })

  it('locks several people at once and takes it back', async () => {
    await page.goto('/people?role=user')
    await page.getByRole('checkbox', { name: 'Select Ada Brandt' }).click()
    await page.getByRole('checkbox', { name: 'Select Cai Eng' }).click()
    await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Lock', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Lock 2 accounts').waitFor()
    await dialog.getByLabel('Reason').fill('Asked by the auditor')
    await page.keyboard.press('Control+Enter')
    await toast('2 accounts locked').waitFor()
    const locked = async () => (await api('GET', '/users?status=locked')).length
    await becomes(locked, 2)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('gridcell', { name: 'Locked' }).first().waitFor({ state: 'detached' })
    await becomes(locked, 0)
  })

  it('lets somebody in again whom failures keep out', async () => {
    for (let i = 0; i < 5; i++) {
      const reply = await fetch(`${engine.base}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'ada@office.test', password: 'a guess' }) })
      assert.equal(reply.status, 401)
    }
    await page.goto('/sign-ins')
    await page.getByRole('link', { name: 'Locked accounts' }).click()
    await page.getByRole('heading', { level: 1, name: 'Locked accounts' }).waitFor()
    await page.getByRole('gridcell', { name: 'Ada Brandt', exact: true }).waitFor()
    await settled(page)
    await axeClean(page, 'locked accounts')
    await page.getByRole('gridcell').getByRole('button', { name: 'Unlock' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Unlock sign-in/ }).click()
    await toast('Ada Brandt can sign in again').waitFor()
    await page.getByText(/^Nobody is kept out/).waitFor()
    await axeClean(page, 'nobody locked')
  })

  it('revokes a key of whoever', async () => {
    await api('POST', '/keys', { name: 'Nightly', scopes: ['read:user'] })
    await page.getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('gridcell', { name: 'Nightly' }).waitFor()
    await settled(page)
    await axeClean(page, 'API keys of everybody')
    await page.getByRole('gridcell').getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Revoke/ }).click()
    await toast('Nightly revoked').waitFor()
    await page.getByRole('gridcell', { name: 'Revoked' }).waitFor()
  })

  it('puts a puzzle before those who fail', async () => {
    await page.goto('/settings#captcha')
    await page.getByLabel('Puzzle', { exact: true }).selectOption('hcaptcha')
    await page.getByLabel('Site key').fill('10000000-ffff-ffff-ffff-000000000001')
    await page.getByLabel('Secret').fill('a secret of the office')
    await settled(page)
    await axeClean(page, 'settings with a puzzle')
    await page.getByRole('button', { name: 'Save puzzle' }).click()
    await toast('Puzzle saved').waitFor()
    const now = await api('GET', '/settings/captcha')
    assert.deepEqual([now.kind, now.hasSecret, now.secret], ['hcaptcha', true, undefined])
  })

  it('proves the audit', async () => {
    await page.goto('/audit')
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText(/^Intact: \d+ lines are as they were written/).waitFor()
    await page.getByRole('gridcell', { name: 'Account locked' }).first().click()
    await page.getByRole('complementary', { name: 'Beside the list' }).getByText('Asked by the auditor').first().waitFor()
    await axeClean(page, 'a line of the audit')
  })

  it('says where the business sits', async () => {
    await page.goto('/settings')
    const business = page.locator('#business')
    for (const [label, value] of [['Street and house', 'Harbour Lane 9'], ['Postal code', '4006'], ['Town', 'Stavanger'], ['Country', 'no'], ['VAT id', 'no 974 760 673 mva']]) await business.getByLabel(label).fill(value)
    await axeClean(page, 'the address of the business')
    await page.getByRole('button', { name: 'Review changes' }).click()
    await page.getByRole('button', { name: /^Save settings/ }).click()
    await toast('Settings saved').waitFor()
    const now = await api('GET', '/settings')
    assert.deepEqual([now.address.city, now.address.country, now.vatId], ['Stavanger', 'NO', 'NO 974 760 673 MVA'])
  })

  it('meets a change of settings made meanwhile', async () => {
    await page.goto('/settings')
    await page.getByLabel('Tax on goods').fill('9.5')
    await page.getByLabel('Name of the business').fill('Harbour Office North')
    const settings = await api('GET', '/settings')
    const other = await fetch(`${engine.base}/api/v1/settings`, { method: 'PATCH', headers: { 'content-type': 'application/json', authorization: `Bearer ${api.token}`, 'if-match': `"${settings.version}"` }, body: JSON.stringify({ name: 'Harbour Office South', refundReasons: ['Broken', 'Late'] }) })
    assert.ok(other.ok, `settings: ${other.status}`)
    await page.getByRole('button', { name: 'Review changes' }).click()
    await page.getByRole('button', { name: /^Save settings/ }).click()
    const clash = page.getByRole('region', { name: 'Changed meanwhile' })
    await clash.getByText('Reasons offered for a refund').waitFor()
    await axeClean(page, 'settings changed meanwhile')
    await clash.getByRole('button', { name: 'Take theirs' }).click()
    await page.getByRole('button', { name: 'Review changes' }).click()
    await page.getByRole('button', { name: /^Save settings/ }).click()
    await toast('Settings saved').waitFor()
    const now = await api('GET', '/settings')
    assert.deepEqual([now.name, now.taxRateBp, now.refundReasons], ['Harbour Office South', 950, ['Broken', 'Late']])
    assert.deepEqual(complaints, [])
  })
})
