/** Codes by mail in a real browser: added on one's own account, not sent twice in a minute, and a sign-in that was not one's own ended from the mail about it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'
import { startPost } from './post.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@codes.test', password: 'lantern-quay-7-brass' }

let post, engine, browser, page, complaints, paper
before(async () => {
  post = await startPost()
  engine = await startEngine({ PURSER_SMTP_HOST: '127.0.0.1', PURSER_SMTP_PORT: String(post.port), PURSER_SMTP_SECURITY: 'none', PURSER_SMTP_FROM: 'purser@codes.test' })
  const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Codes', ...owner }) })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  await caller(engine.base, owner.email, owner.password)
  browser = await openBrowser()
  ;({ page, complaints } = await openPage(browser, engine.base))
})
after(async () => {
  await browser?.close()
  await engine?.stop()
  await post?.stop()
})
/** The first letter after the first `from` that holds what is looked for; quoted-printable put together again. */
async function inMail(what, from) {
  for (let i = 0; i < 100; i++) {
    for (const letter of post.letters.slice(from)) {
      const found = what.exec(letter.replace(/=\n/g, '').replace(/=3D/g, '='))
      if (found) return found[1]
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no mail with ${what}`)
}
async function password(of) {
  await of.goto('/sign-in')
  await of.getByLabel('E-mail').fill(owner.email)
  await of.getByLabel('Password', { exact: true }).fill(owner.password)
  await of.getByRole('button', { name: 'Sign in', exact: true }).click()
}
describe('codes by mail', { concurrency: false }, () => {
  it('are added on one’s own account', async () => {
    await password(page)
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await page.goto('/account')
    const from = post.letters.length
    await page.getByRole('button', { name: 'Other ways' }).click()
    await page.getByRole('menuitem', { name: 'Codes by e-mail' }).click()
    await page.getByText(/^A code is on its way to o•+@codes\.test\.$/).waitFor()
    await axeClean(page, 'adding codes by mail')
    await page.getByLabel('Code', { exact: true }).fill(await inMail(/Your code is (\d{6})/, from))
    const codes = page.getByRole('dialog', { name: 'Keep your backup codes' })
    await codes.waitFor()
    await codes.getByRole('listitem').nth(9).waitFor()
    paper = await codes.getByRole('listitem').allTextContents()
    await codes.getByLabel('I have kept them').check()
    await codes.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('cell', { name: 'Codes by e-mail' }).first().waitFor()
    await settled(page)
  })

  it('wait a minute between two, and a sign-in that was not one’s own is ended', async () => {
    const { page: phone, context } = await openPage(browser, engine.base, { width: 360, height: 740 })
    await password(phone)
    // One was sent a moment ago: the next has to wait, and another way is at hand.
    await phone.getByText('Too many attempts').waitFor()
    await axeClean(phone, 'a code that has to wait')
    assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth), 360)
    await phone.getByRole('button', { name: 'Use a backup code instead' }).click()
    await phone.getByLabel('Backup code').fill(paper[0])
    await phone.getByRole('button', { name: 'Sign in', exact: true }).click()
    await phone.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    const token = await inMail(/not-me#token=([\w-]+)/, 0)
    await page.goto(`/not-me#token=${token}`)
    await page.getByRole('button', { name: 'This was not me' }).waitFor()
    await axeClean(page, 'this was not me')
    await page.getByRole('button', { name: 'This was not me' }).click()
    await page.getByLabel('New password').fill('anchor-bell-93-tide-lamp')
    await page.getByRole('button', { name: 'Keep this password' }).click()
    await page.getByText('Your new password is kept').waitFor()
    assert.deepEqual(complaints, [], 'the page complained in its console')
    await context.close()
  })
})
