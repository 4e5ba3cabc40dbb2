/** Passkeys with Chromium's own virtual authenticator: added, used instead of a password, as the second step, as a fresh proof, and taken away. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, openBrowser, openPage, settled } from './browser.mjs'
import { startEngine } from './engine.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@passkeys.test', password: 'lantern-quay-7-brass' }

let engine, browser, base, page, complaints
before(async () => {
  engine = await startEngine()
  // Passkeys belong to a name, never to a number.
  base = engine.base.replace('127.0.0.1', 'localhost')
  const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Passkeys', ...owner }) })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser, base))
  // The browser's own offer in the field would be taken by the virtual device before a button is reached.
  await page.addInitScript(() => {
    if ('PublicKeyCredential' in globalThis) globalThis.PublicKeyCredential.isConditionalMediationAvailable = async () => false
  })
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
})
after(async () => {
  await browser?.close()
  await engine?.stop()
})
const home = () => page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
async function password() {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}
async function signOut() {
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
}

describe('passkeys', { concurrency: false }, () => {
  it('are not offered where they cannot work', async () => {
    const { page: other, context } = await openPage(browser, engine.base)
    await other.goto('/sign-in')
    await other.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
    assert.equal(await other.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0)
    await context.close()
  })

  it('are added on one’s own account', async () => {
    await password()
    await home()
    await page.goto('/account')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' })
    await dialog.getByLabel('Name').fill('Laptop')
    await axeClean(page, 'adding a passkey')
    await dialog.getByRole('button', { name: /^Go on in the browser/ }).click()
    const codes = page.getByRole('dialog', { name: 'Keep your backup codes' })
    await codes.getByLabel('I have kept them').check()
    await codes.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('cell', { name: 'Laptop', exact: true }).waitFor()
    await settled(page)
    await axeClean(page, 'an account with a passkey')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Go on in the browser/ }).click()
    await page.getByText('There is a passkey for this account on this device already.').waitFor()
    await page.keyboard.press('Escape')
  })

  it('let one in without a password, at 360 px as well', async () => {
    await signOut()
    await page.setViewportSize({ width: 360, height: 740 })
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    await axeClean(page, 'signing in with a passkey')
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await home()
    await page.setViewportSize({ width: 1440, height: 900 })
    await signOut()
  })

  it('are the second step after a password', async () => {
    await password()
    await page.getByRole('heading', { name: 'Use your passkey' }).waitFor()
    await axeClean(page, 'a passkey as the second step')
    await page.getByRole('button', { name: 'Use a backup code instead' }).click()
    await page.getByLabel('Backup code').waitFor()
    await page.getByRole('button', { name: 'Use your passkey instead' }).click()
    await page.getByRole('button', { name: 'Use your passkey', exact: true }).click()
    await home()
  })

  it('are a fresh proof, and are taken away with the password', async () => {
    // The first answer is what the engine says ten minutes later; everything after it is the engine's own.
    let refused = 0
    await page.route('**/settings/seal/rotate', (route) =>
      refused++ === 0 ? route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Not allowed', status: 403, code: 'step_up_required', detail: 'Prove it.', errors: [] }) }) : route.continue(),
    )
    await page.goto('/settings')
    await page.getByRole('button', { name: 'Make a new key' }).click()
    await page.getByRole('button', { name: /^Make a new key (⌘|Ctrl)/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Confirm it is you' })
    await dialog.getByLabel('Backup code').waitFor()
    await axeClean(page, 'a fresh proof by passkey')
    await dialog.getByRole('button', { name: 'Use your passkey instead' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('A new key is in use').waitFor()
    assert.equal(refused, 2)
    await page.goto('/account')
    await page.getByRole('button', { name: 'More actions: Laptop' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    const removing = page.getByRole('dialog', { name: 'Remove Laptop' })
    await removing.getByLabel('Current password').fill(owner.password)
    await removing.getByRole('button', { name: /^Remove/ }).click()
    await page.getByText('Your password alone protects this account').waitFor()
    assert.deepEqual(complaints, [], 'the page complained in its console')
  })
})
