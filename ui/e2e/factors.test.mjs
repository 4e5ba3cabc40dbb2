/** Second factors in a real browser: add an app, sign in with its code or a code on paper, be asked again before what could do harm, and be made to add one where the role needs it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'
import { authenticator } from './totp.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@factors.test', password: 'lantern-quay-7-brass' }
const agent = { firstName: 'Ada', lastName: 'Brandt', email: 'ada@factors.test', role: 'support', password: 'storm-compass-41-rope' }

let engine
let browser
let api
let person
let page
let complaints
/** The owner's app, and the codes on paper. */
let app
let paper

before(async () => {
  engine = await startEngine()
  const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Factors', ...owner }) })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  api = await caller(engine.base, owner.email, owner.password)
  person = await api('POST', '/users', agent)
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser, engine.base))
})
after(async () => {
  assert.deepEqual(complaints, [], 'the page complained in its console')
  await browser?.close()
  await engine?.stop()
})

const home = (of) => of.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
async function password(of, { email, password: secret }) {
  await of.goto('/sign-in')
  await of.getByLabel('E-mail').fill(email)
  await of.getByLabel('Password', { exact: true }).fill(secret)
  await of.getByRole('button', { name: 'Sign in' }).click()
}
/** Reads the key as somebody would who cannot scan, and sets an app up with it. */
const appOf = async (of) => authenticator((await of.getByLabel('Key', { exact: true }).textContent()) ?? '')

describe('second factors', { concurrency: false }, () => {
  it('are added on one’s own account', async () => {
    await password(page, owner)
    await home(page)
    await page.goto('/account')
    await page.getByRole('button', { name: 'Add an app' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Work phone')
    await page.getByRole('button', { name: /^Show the QR code/ }).click()
    await page.getByRole('img', { name: /^QR code/ }).waitFor()
    await axeClean(page, 'the key of an app')
    app = await appOf(page)
    await page.getByLabel('The code it shows now').fill('000000')
    await page.getByText('This code is not right').waitFor()
    await page.getByLabel('The code it shows now').fill(await app())
    const dialog = page.getByRole('dialog', { name: 'Keep your backup codes' })
    await dialog.getByRole('listitem').nth(9).waitFor()
    await axeClean(page, 'backup codes')
    paper = await dialog.getByRole('listitem').allTextContents()
    assert.equal(paper.length, 10)
    await page.keyboard.press('Escape')
    await dialog.getByText('First keep the codes').waitFor()
    await dialog.getByLabel('I have kept them').check()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('cell', { name: 'Work phone', exact: true }).waitFor()
    await page.getByText('10 of 10 left').waitFor()
    await settled(page)
    await axeClean(page, 'an account with a second factor')
  })

  it('are asked for when signing in, at 360 px as well', async () => {
    const { page: phone, context, complaints: said } = await openPage(browser, engine.base, { width: 360, height: 740 })
    await password(phone, owner)
    await phone.getByRole('heading', { name: 'Enter your code' }).waitFor()
    await axeClean(phone, 'the second step')
    assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth), 360)
    await phone.getByLabel('Code').fill('000000')
    await phone.getByText('This code is not right').waitFor()
    await becomes(() => phone.getByLabel('Code').inputValue(), '')
    await phone.getByLabel('Code').fill(await app())
    await home(phone)
    assert.deepEqual(said, [])
    await context.close()
  })

  it('can be a code on paper, once', async () => {
    const { page: other, context } = await openPage(browser, engine.base, { scheme: 'dark' })
    for (const [again, code] of [[false, paper[0]], [true, paper[0]]]) {
      await password(other, owner)
      await other.getByRole('button', { name: 'Use a backup code instead' }).click()
      await axeClean(other, 'a code on paper')
      await other.getByLabel('Backup code').fill(code.toLowerCase())
      await other.getByRole('button', { name: 'Sign in', exact: true }).click()
      if (again) await other.getByText('This backup code is not right, or was used before.').waitFor()
      else {
        await home(other)
        await other.getByRole('button', { name: /^Account/ }).click()
        await other.getByRole('menuitem', { name: 'Sign out' }).click()
        await other.getByRole('heading', { name: 'Sign in' }).waitFor()
      }
    }
    await context.close()
  })

  it('are asked of a role by a rule', async () => {
    await page.goto('/settings')
    await page.getByLabel('Support').check()
    await page.getByLabel('Also for refunds from').fill('250')
    await page.getByLabel('A session ends unused after').selectOption('480')
    await page.getByLabel('Strangers who never prove their address are deleted after').selectOption('14')
    await settled(page)
    await axeClean(page, 'the rules of signing in')
    await page.getByRole('button', { name: 'Save sign-in rules' }).click()
    await page.getByText('Sign-in rules saved').waitFor()
    const back = await caller(engine.base, owner.email, owner.password, app)
    const { version, ...rules } = await back('GET', '/settings/sign-in')
    assert.ok(version > 0)
    assert.deepEqual(rules, { requireFactorFor: ['support'], stepUp: 'enrolled', stepUpRefundFrom: 25_000, idleMinutes: 480, rememberedIdleMinutes: 43_200, absoluteDays: 90, selfRegistration: false, unprovedDays: 14 })
  })

  it('leave a trace of every attempt to sign in', async () => {
    await page.goto('/sign-ins?outcome=refused')
    await page.getByRole('gridcell', { name: 'Wrong code' }).first().waitFor()
    await page.getByRole('gridcell', { name: 'Odd Olsen' }).first().waitFor()
    await settled(page)
    await axeClean(page, 'sign-ins')
  })

  it('stand before an API key, which works until it is revoked', async () => {
    await page.goto('/account')
    await page.getByRole('button', { name: 'New key' }).click()
    const dialog = page.getByRole('dialog', { name: 'New API key' })
    await axeClean(page, 'a new API key')
    await dialog.getByLabel('Name', { exact: true }).fill('Web shop')
    await dialog.getByRole('button', { name: /^Make key/ }).click()
    await dialog.getByText('Choose at least one.').waitFor()
    await dialog.getByLabel('See orders').check()
    await dialog.getByLabel('Works only from').fill('127.0.0.0/8')
    await dialog.getByRole('button', { name: /^Make key/ }).click()
    const shown = page.getByRole('dialog', { name: 'Keep this key' })
    const secret = await shown.getByLabel('Key', { exact: true }).textContent()
    const asked = async (path) => (await fetch(`${engine.base}/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } })).status
    assert.deepEqual([await asked('/orders'), await asked('/users')], [200, 403])
    await shown.getByLabel('I have kept it').check()
    await shown.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('cell', { name: '127.0.0.0/8' }).waitFor()
    await page.getByRole('button', { name: 'More actions: Web shop' }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Revoke/ }).click()
    await page.getByRole('cell', { name: 'Revoked' }).waitFor()
    assert.equal(await asked('/orders'), 401)
  })

  it('are asked for again before a change of role, which is then made', async () => {
    // The first answer is what the engine says ten minutes later; everything after it is the engine's own.
    let refused = 0
    await page.route(`**/users/${person.id}/role`, (route) =>
      refused++ === 0 ? route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Not allowed', status: 403, code: 'step_up_required', detail: 'Prove it.', errors: [] }) }) : route.continue(),
    )
    await page.goto(`/people/${person.id}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Change role' }).click()
    await page.getByLabel('Role', { exact: true }).selectOption('finance')
    await page.getByRole('button', { name: /^Make it Finance/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Confirm it is you' })
    await dialog.waitFor()
    await axeClean(page, 'a fresh code')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('It needs a fresh code of your second factor').waitFor()
    refused = 0
    await page.getByRole('button', { name: /^Make it Finance/ }).click()
    await dialog.getByLabel('Code').fill('000000')
    await dialog.getByText('This code is not right').waitFor()
    await dialog.getByLabel('Code').fill(await app())
    await page.getByText('Ada Brandt is now Finance').waitFor()
    assert.equal(refused, 2)
    await page.unroute('**/users/*/role')
  })

  it('have to be added first where the role needs one', async () => {
    const { page: theirs, context, complaints: said } = await openPage(browser, engine.base, { width: 360, height: 740 })
    const back = await caller(engine.base, owner.email, owner.password, app)
    await back('PATCH', `/users/${person.id}/role`, { role: 'support' })
    await password(theirs, agent)
    await theirs.getByRole('heading', { name: 'Add an authenticator app' }).waitFor()
    await theirs.getByRole('img', { name: /^QR code/ }).waitFor()
    await axeClean(theirs, 'adding an app while signing in')
    assert.equal(await theirs.evaluate(() => document.documentElement.scrollWidth), 360)
    const first = await appOf(theirs)
    await theirs.getByLabel('The code it shows now').fill(await first())
    await theirs.getByRole('heading', { name: 'Keep your backup codes' }).waitFor()
    await axeClean(theirs, 'backup codes while signing in')
    await theirs.getByLabel('I have kept them').check()
    await theirs.getByRole('button', { name: 'Go on' }).click()
    await home(theirs)
    assert.deepEqual(said, [])
    await context.close()
  })

  it('are taken away from somebody who lost theirs', async () => {
    await page.goto(`/people/${person.id}`)
    const part = page.getByRole('region', { name: 'Second factor' })
    await part.getByText('10 backup codes left').waitFor()
    await settled(page)
    await axeClean(page, 'a person with a second factor')
    await part.getByRole('button', { name: 'Reset second factors' }).click()
    const dialog = page.getByRole('dialog', { name: 'Reset the second factors of Ada Brandt' })
    await dialog.getByLabel('Reason').fill('Phone fell into the harbour')
    await dialog.getByLabel('How you made sure it is them').fill('Came to the counter with their passport')
    await dialog.getByRole('button', { name: /^Reset second factors/ }).click()
    await part.getByText('a password alone protects this account').waitFor()
  })

  it('are removed with proof', async () => {
    await page.goto('/account')
    await page.getByRole('button', { name: 'More actions: Work phone' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    const dialog = page.getByRole('dialog', { name: 'Remove Work phone' })
    await dialog.getByLabel('Current password').fill('something else')
    await dialog.getByRole('button', { name: /^Remove/ }).click()
    await dialog.getByText('This is not your current password.').waitFor()
    await dialog.getByLabel('Current password').fill(owner.password)
    await dialog.getByRole('button', { name: /^Remove/ }).click()
    await page.getByText('Your password alone protects this account').waitFor()
  })
})
