/** What is held about people in a real browser: taken out after a fresh code, kept for as long as the settings say, and erased for good. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'
import { authenticator } from './totp.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@keep.test', password: 'lantern-quay-7-brass' }
const customer = { firstName: 'Mia', lastName: 'Moe', email: 'mia@keep.test', role: 'user', password: 'storm-compass-41-rope', phone: '+47 22 33 44 55' }

let engine, browser, api, app, person, page, complaints
before(async () => {
  engine = await startEngine()
  const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Keep', ...owner }) })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  api = await caller(engine.base, owner.email, owner.password)
  person = await api('POST', '/users', customer)
  app = authenticator((await api('POST', '/auth/factors/totp', { name: 'Phone' })).secret)
  await api('POST', '/auth/factors/totp/confirm', { code: await app() })
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser, engine.base))
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Code').fill(await app())
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
})
after(async () => {
  await browser?.close()
  await engine?.stop()
})
const toast = (text) => page.getByRole('region', { name: 'Toasts' }).getByText(text)
const more = async (name) => {
  await page.getByRole('button', { name: 'More actions' }).first().click()
  await page.getByRole('menuitem', { name, exact: true }).click()
}

describe('what is held about people', { concurrency: false }, () => {
  it('finds somebody by telephone number, however it is written', async () => {
    await page.goto('/people')
    await page.getByPlaceholder('Name, e-mail, telephone').fill('0047 2233-4455')
    await page.getByRole('gridcell', { name: 'Mia Moe' }).first().waitFor()
    await page.getByRole('gridcell', { name: 'Odd Olsen', exact: true }).waitFor({ state: 'detached' })
  })

  it('is taken out after a fresh code', async () => {
    // The first answer is what the engine says ten minutes after signing in; everything after it is the engine's own.
    let asked = 0
    await page.route(`**/users/${person.id}/personal-data`, (route) =>
      asked++ === 0 ? route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Not allowed', status: 403, code: 'step_up_required', detail: 'Prove it.', errors: [] }) }) : route.continue(),
    )
    await page.addInitScript(() => delete globalThis.showSaveFilePicker)
    await page.goto(`/people/${person.id}`)
    await settled(page)
    await more('Download what is held')
    const dialog = page.getByRole('dialog', { name: 'Confirm it is you' })
    const saved = page.waitForEvent('download')
    await dialog.getByLabel('Code').fill(await app())
    const held = JSON.parse(await readFile(await (await saved).path(), 'utf8'))
    assert.ok(JSON.stringify(held).includes(customer.email))
    assert.equal(asked, 2)
    await toast('personal-data.json saved').waitFor()
  })

  it('about oneself is one’s own to take', async () => {
    await page.goto('/account')
    const saved = page.waitForEvent('download')
    await page.getByRole('region', { name: 'What is held about me' }).getByRole('button', { name: 'Download' }).click()
    assert.ok((await readFile(await (await saved).path(), 'utf8')).includes(owner.email))
  })

  it('is kept for as long as the settings say', async () => {
    await page.goto('/settings#keeping')
    const form = page.getByRole('form', { name: 'How long things are kept' })
    await form.getByLabel('Sent mail').fill('0')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.locator('[aria-invalid=true]').waitFor()
    await form.getByLabel('Sent mail').fill('30')
    await form.getByLabel('People whose account was deleted').fill('60')
    await settled(page)
    await axeClean(page, 'how long things are kept')
    await form.getByRole('button', { name: 'Save' }).click()
    await toast('How long things are kept is saved').waitFor()
    const kept = await api('GET', '/settings/retention')
    assert.deepEqual([kept.mailDays, kept.deletedPeopleDays], [30, 60])
  })

  it('goes for good when somebody is erased', async () => {
    await page.goto(`/people/${person.id}`)
    await more('Delete')
    await page.getByRole('dialog').getByRole('button', { name: /^Delete/ }).click()
    await toast(/Mia Moe/).waitFor()
    await more('Erase for good')
    const dialog = page.getByRole('dialog', { name: 'Erase Mia Moe for good' })
    await dialog.getByLabel('Reason').fill('Asked for it by letter')
    await axeClean(page, 'erasing somebody')
    await dialog.getByRole('button', { name: /^Erase/ }).click()
    await toast('The person is erased').waitFor()
    await page.getByRole('heading', { level: 1, name: 'Erased person' }).waitFor()
    await settled(page)
    await axeClean(page, 'an erased person')
    await becomes(() => page.locator('.record').getByText('Mia Moe').count(), 0)
    assert.ok(!JSON.stringify([await api('GET', `/users/${person.id}`), await api('GET', `/audit?subjectId=${person.id}`)]).includes('Moe'))
    assert.deepEqual(complaints, [])
  })
})
