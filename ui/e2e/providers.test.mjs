/** Signing in elsewhere in a real browser, at an OpenID provider nobody here wrote: set up and tried, signed in with, refused, linked and unlinked. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { axeClean, becomes, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@quay.test', password: 'lantern-quay-7-brass' }
const parties = fileURLToPath(new URL('../../tests/parties/', import.meta.url))
const secret = 'a secret of this journey alone, long enough'
const people = {
  mia: { email: 'mia@quay.test', email_verified: true, given_name: 'Mia', family_name: 'Moe', groups: ['money'] },
  odd: { email: 'odd@elsewhere.test', email_verified: true, given_name: 'Odd', family_name: 'Olsen' },
  stranger: { email: 'who@far.test', email_verified: false, given_name: 'Who', family_name: 'Knows' },
}

function startProvider(redirectUri) {
  const clients = [{ client_id: 'purser', client_secret: secret, redirect_uris: [redirectUri], grant_types: ['authorization_code'], response_types: ['code'] }]
  const child = spawn(process.execPath, ['oidc.mjs', JSON.stringify({ clients, people })], { cwd: parties, stdio: ['pipe', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the provider ended with ${code}`)))
    child.stdout.on('data', (chunk) => {
      const found = /listening (\S+)/.exec(String(chunk))
      if (found) resolve({ issuer: found[1], stop: () => child.kill('SIGTERM') })
    })
  })
}
/** Who signs in there: the provider asks nobody and takes whom the address names. */
async function as(of, issuer, who) {
  await of.unroute(`${issuer}/auth?*`)
  await of.route(`${issuer}/auth?*`, (route) => route.continue({ url: `${route.request().url()}&login_hint=${who}` }))
}

let engine, call, provider, browser, page, complaints
describe('signing in elsewhere', { concurrency: false }, () => {
  before(async () => {
    engine = await startEngine()
    const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Quay', ...owner }) })
    assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
    call = await caller(engine.base, owner.email, owner.password)
    provider = await startProvider(`${engine.base}/api/v1/auth/providers/callback`)
    browser = await openBrowser()
    ;({ page, complaints } = await openPage(browser, engine.base))
  })
  after(async () => {
    await browser?.close()
    provider?.stop()
    await engine?.stop()
  })

  it('is set up in the settings and tried', async () => {
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').fill(owner.email)
    await page.getByLabel('Password', { exact: true }).fill(owner.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await page.goto('/settings#providers')
    await page.getByText('No provider yet.').waitFor()
    await page.getByRole('button', { name: 'Add a provider' }).click()
    const form = page.getByRole('dialog', { name: 'Add a provider' })
    await form.getByLabel('Provider', { exact: true }).selectOption('oidc')
    await form.getByLabel('Name', { exact: true }).fill('Lighthouse')
    await form.getByLabel('Issuer').fill(provider.issuer)
    await form.getByLabel('Client ID').fill('purser')
    await form.getByLabel('Client secret').fill('not the secret')
    await form.getByLabel('Whoever nobody knows here gets an account').check()
    await form.getByLabel('Where the provider writes groups').fill('groups')
    await form.getByRole('button', { name: 'Add a group' }).click()
    await form.getByLabel('Group 1', { exact: true }).fill('money')
    await form.getByLabel('Role of group 1').selectOption('finance')
    await form.getByLabel('Scopes').fill('openid email profile groups')
    await axeClean(page, 'adding a provider')
    await form.getByRole('button', { name: 'Add provider' }).click()
    const told = page.getByRole('dialog', { name: 'Lighthouse is added' })
    await told.getByText(`${engine.base}/api/v1/auth/providers/callback`).waitFor()
    await axeClean(page, 'what the provider is told')
    await told.getByRole('button', { name: 'Test', exact: true }).click()
    const test = page.getByRole('dialog', { name: 'Test of Lighthouse' })
    await test.getByText('It does not work yet.').waitFor()
    await axeClean(page, 'a test that failed')
    await test.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('button', { name: 'More actions: Lighthouse' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    const edit = page.getByRole('dialog', { name: 'Edit Lighthouse' })
    await edit.getByText('One is kept.').waitFor()
    await edit.getByLabel('Client secret').fill(secret)
    await edit.getByRole('button', { name: 'Save provider' }).click()
    await page.getByText('Lighthouse is saved').waitFor()
    await page.getByRole('button', { name: 'More actions: Lighthouse' }).click()
    await page.getByRole('menuitem', { name: 'Test' }).click()
    await page.getByText('As far as can be told without somebody signing in, it works.').waitFor()
    await page.keyboard.press('Escape')
    await settled(page)
    await axeClean(page, 'settings with a provider')
  })

  it('signs somebody in, and says plainly why not', async () => {
    const { page: phone, context } = await openPage(browser, engine.base, { width: 360, height: 740 })
    await phone.goto('/sign-in')
    await phone.getByRole('button', { name: 'Sign in with Lighthouse' }).waitFor()
    await axeClean(phone, 'sign-in with a provider')
    assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth), 360)
    await as(phone, provider.issuer, 'nobody')
    await phone.getByRole('button', { name: 'Sign in with Lighthouse' }).click()
    await phone.getByRole('heading', { name: 'You called it off' }).waitFor()
    await becomes(() => new URL(phone.url()).hash, '', 'what came back stays in the address')
    await axeClean(phone, 'called off at the provider')
    await phone.getByRole('link', { name: 'Back to sign-in' }).click()
    await as(phone, provider.issuer, 'stranger')
    await phone.getByRole('button', { name: 'Sign in with Lighthouse' }).click()
    await phone.getByText('The provider does not vouch for your e-mail address.').waitFor()
    await axeClean(phone, 'refused after the provider')
    const { page: desk, context: other } = await openPage(browser, engine.base)
    await as(desk, provider.issuer, 'mia')
    await desk.goto('/sign-in?next=/account')
    await desk.getByRole('button', { name: 'Sign in with Lighthouse' }).click()
    await desk.getByRole('heading', { level: 1, name: 'Your account' }).waitFor()
    await becomes(() => new URL(desk.url()).hash, '')
    await settled(desk)
    await desk.getByRole('button', { name: 'Unlink Lighthouse' }).click()
    await desk.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click()
    await desk.getByText('This is the only way into your account.').waitFor()
    await axeClean(desk, 'the last way in')
    const [mia] = (await call('GET', '/users?search=mia@quay.test')).map(({ id }) => id)
    assert.ok(mia, 'mia has an account')
    await page.goto(`/people/${mia}`)
    await page.getByText('This account has no password.').waitFor()
    await settled(page)
    await axeClean(page, 'a person who signs in elsewhere')
    await other.close()
    await context.close()
  })

  it('is linked to one’s own account and unlinked', async () => {
    await as(page, provider.issuer, 'odd')
    await page.goto('/account')
    await page.getByRole('button', { name: 'Link another' }).click()
    await page.getByRole('menuitem', { name: 'Lighthouse' }).click()
    await page.getByText('Lighthouse is linked').waitFor()
    await page.getByRole('cell', { name: 'odd@elsewhere.test' }).waitFor()
    await becomes(() => page.url().includes('code='), false, 'the code stays in the address')
    await settled(page)
    await axeClean(page, 'a linked sign-in')
    await page.getByRole('button', { name: 'Unlink Lighthouse' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click()
    await page.getByText('Lighthouse is unlinked').waitFor()
  })

  it('is removed, once it is said who has no other way in', async () => {
    await page.goto('/settings#providers')
    await page.getByRole('button', { name: 'More actions: Lighthouse' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByRole('dialog', { name: 'Remove Lighthouse?' }).getByRole('button', { name: 'Remove' }).click()
    const stranded = page.getByRole('dialog', { name: 'Remove Lighthouse all the same?' })
    await stranded.getByText('1 person has no other way in').waitFor()
    await stranded.getByRole('button', { name: 'Remove all the same' }).click()
    await page.getByText('No provider yet.').waitFor()
  })

  it('complains of nothing', () => assert.deepEqual(complaints, []))
})
