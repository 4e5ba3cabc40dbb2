/** Work in the background, mail and passwords in a real browser: mail that stays here, mail a server refuses for good, work tried again and called off, rules of passwords, a password demanded. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, openBrowser, openPage, settled } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'
import { startPost } from './post.mjs'

const owner = { firstName: 'Odd', lastName: 'Olsen', email: 'odd@work.test', password: 'lantern-quay-7-brass' }
const agent = { firstName: 'Ada', lastName: 'Brandt', email: 'ada@work.test', role: 'support' }

let browser
const open = []
after(async () => {
  await browser?.close()
  for (const one of open) await one.stop()
})
before(async () => {
  browser = await openBrowser()
})

async function begin(env) {
  const engine = await startEngine(env)
  open.push(engine)
  const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName: 'Harbour Work', ...owner }) })
  assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
  const api = await caller(engine.base, owner.email, owner.password)
  const { page, complaints } = await openPage(browser, engine.base)
  await signIn(page, owner)
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  return { engine, api, page, complaints }
}
async function signIn(of, { email, password }) {
  await of.goto('/sign-in')
  await of.getByLabel('E-mail').fill(email)
  await of.getByLabel('Password', { exact: true }).fill(password)
  await of.getByRole('button', { name: 'Sign in' }).click()
}
const toast = (page, text) => page.getByRole('region', { name: 'Toasts' }).getByText(text)

describe('mail without a mail server', { concurrency: false }, () => {
  let engine, api, page, complaints, person
  before(async () => {
    ;({ engine, api, page, complaints } = await begin({}))
  })

  it('keeps the notice of the first sign-in from somewhere new, and says that nothing leaves', async () => {
    await page.goto('/mailbox')
    await page.getByText('Nothing leaves this Purser.').waitFor()
    await page.getByRole('gridcell', { name: 'Kept here' }).waitFor()
    await axeClean(page, 'a mailbox with one mail')
    await page.goto('/jobs')
    await page.getByRole('gridcell', { name: 'Send a mail', exact: true }).first().waitFor()
    await axeClean(page, 'a job')
  })

  it('shows the invitation as it was written, without running anything of it', async () => {
    person = await api('POST', '/users', agent)
    await page.goto('/mailbox')
    await page.getByRole('gridcell', { name: 'You are invited to Harbour Work' }).waitFor()
    await page.getByRole('gridcell', { name: 'Kept here' }).first().waitFor()
    await settled(page)
    await axeClean(page, 'the mailbox')
    await page.getByRole('link', { name: 'You are invited to Harbour Work' }).click()
    const frame = page.getByTitle('Text of the mail “You are invited to Harbour Work”')
    await frame.waitFor()
    assert.equal(await frame.getAttribute('sandbox'), 'allow-same-origin')
    const letter = frame.contentFrame()
    await letter.getByText('Ada').first().waitFor()
    assert.equal(await letter.locator('script').count(), 0)
    // The letter's own looks are on: its button is filled.
    assert.match(await letter.locator('p a').first().evaluate((link) => getComputedStyle(link).backgroundColor), /^rgb\(\d+, \d+, \d+\)$/)
    await page.getByText('The link in it works. That you saw it is in the audit.').waitFor()
    await settled(page)
    await axeClean(page, 'a mail')
    await page.getByLabel('As plain text').check()
    await page.getByText('#token=').waitFor()
    assert.equal((await api('GET', '/audit?action=mail.read')).length, 1, 'seeing the link is one line of the log')
  })

  it('is sent again to somebody invited, once a minute at most', async () => {
    await page.goto(`/people/${person.id}`)
    await page.getByRole('button', { name: 'Invite again' }).click()
    await page.getByRole('dialog').getByText('A new mail with a new link goes to ada@work.test.').waitFor()
    await page.getByRole('button', { name: /^Invite again (⌘|Ctrl)/ }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await axeClean(page, 'an invitation asked for too soon')
    await page.keyboard.press('Escape')
  })

  it('rules of passwords are set, refused and met in plain words', async () => {
    await page.goto('/settings')
    const rules = page.getByRole('form', { name: 'Passwords' })
    await rules.getByLabel('Shortest password').fill('7')
    await rules.getByRole('button', { name: 'Save password rules' }).click()
    await rules.getByText('A whole number from 8 to 64.').waitFor()
    await rules.getByLabel('Shortest password').fill('14')
    await rules.getByLabel('Other staff choose another after').selectOption('180')
    await settled(page)
    await axeClean(page, 'the rules of passwords')
    await rules.getByRole('button', { name: 'Save password rules' }).click()
    await toast(page, 'Password rules saved').waitFor()
    const { version, ...now } = await api('GET', '/settings/passwords')
    assert.ok(version > 0)
    assert.deepEqual(now, { minLength: 14, minScore: 3, requireClasses: false, history: 5, adminExpiryDays: 90, staffExpiryDays: 180, requireVerifiedEmail: false })
  })

  it('private values are sealed anew with a new key, in the background', async () => {
    await page.goto('/settings')
    const part = page.getByRole('region', { name: 'Data protection' })
    await part.getByText('Seals what is new').waitFor()
    await part.getByRole('button', { name: 'Make a new key' }).click()
    await page.getByRole('button', { name: /^Make a new key (⌘|Ctrl)/ }).click()
    await toast(page, 'A new key is in use').waitFor()
    await part.getByText('Opens what it sealed').waitFor()
    await part.getByText('Done: Seal everything anew').waitFor()
    await settled(page)
    await axeClean(page, 'the keys of private values')
    assert.equal((await api('GET', '/settings/seal')).keys.length, 2)
  })

  it('somebody new with a first password has to choose another', async () => {
    await page.goto('/people/new')
    await page.getByLabel('First name').fill('Bo')
    await page.getByLabel('Last name').fill('Dahl')
    await page.getByLabel('E-mail').fill('bo@work.test')
    await page.getByLabel('First password').fill('storm-compass-41-rope')
    await becomes(() => page.getByLabel('They choose another at their first sign-in').isChecked(), true)
    await page.getByText('Hard to guess.').waitFor()
    await axeClean(page, 'somebody new with a password')
    await page.getByRole('button', { name: 'Add with this password' }).click()
    await page.getByRole('heading', { level: 1, name: /Bo Dahl/ }).waitFor()
    const { page: theirs, context } = await openPage(browser, engine.base, { width: 360, height: 740 })
    await signIn(theirs, { email: 'bo@work.test', password: 'storm-compass-41-rope' })
    await theirs.getByRole('heading', { name: 'Choose another password' }).waitFor()
    assert.equal(await theirs.evaluate(() => document.documentElement.scrollWidth), 360)
    await theirs.getByLabel('Current password').fill('storm-compass-41-rope')
    await theirs.getByLabel('New password').fill('anchor-bell-93-tide-lamp')
    await theirs.getByRole('button', { name: 'Change password' }).click()
    await theirs.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await context.close()
  })

  it('another password can be demanded of somebody', async () => {
    const bo = (await api('GET', '/users?search=bo%40work.test'))[0]
    await page.goto(`/people/${bo.id}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Demand a new password' }).click()
    await page.getByRole('button', { name: /^Demand a new password/ }).click()
    await toast(page, 'Bo Dahl has to choose another password').waitFor()
    await page.getByText('New password demanded').first().waitFor()
    const { page: theirs, context } = await openPage(browser, engine.base)
    await signIn(theirs, { email: 'bo@work.test', password: 'anchor-bell-93-tide-lamp' })
    await theirs.getByRole('heading', { name: 'Choose another password' }).waitFor()
    await context.close()
    assert.deepEqual(complaints, [], 'the page complained in its console')
  })
})

describe('mail through a server that refuses some for good', { concurrency: false }, () => {
  let post, api, page, complaints
  before(async () => {
    post = await startPost()
    open.push(post)
    post.refuses = (line) => /ada@/.test(line)
    ;({ api, page, complaints } = await begin({ PURSER_SMTP_HOST: '127.0.0.1', PURSER_SMTP_PORT: String(post.port), PURSER_SMTP_SECURITY: 'none', PURSER_SMTP_FROM: 'purser@work.test' }))
    await api('POST', '/users', agent)
  })

  it('leaves work that needs attention', async () => {
    await page.goto('/')
    await page.getByRole('link', { name: /^Background work that failed for good\s*1$/ }).click()
    await page.getByRole('gridcell', { name: 'Send a mail', exact: true }).waitFor()
    await page.getByRole('gridcell', { name: 'Failed for good' }).waitFor()
    await settled(page)
    await axeClean(page, 'jobs')
  })

  it('tells what went wrong, and is tried again once that is put right', async () => {
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Send a mail' }).waitFor()
    await page.getByText('The mail server refused it (550).').waitFor()
    await page.getByText('Every try failed.').waitFor()
    await settled(page)
    await axeClean(page, 'a job that failed for good')
    const cancel = page.getByRole('button', { name: 'Call off' })
    await becomes(() => cancel.getAttribute('aria-disabled'), 'true')
    post.refuses = () => false
    const before = post.letters.length
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: /^Try again (⌘|Ctrl)/ }).click()
    await toast(page, 'It waits to be tried again').waitFor()
    await page.locator('.record-marks').getByText('Done').waitFor()
    await page.getByText('Job tried again').waitFor()
    await becomes(() => post.letters.length, before + 1)
    await page.getByRole('link', { name: 'Open the mail' }).click()
    await page.getByText('Mails go out through the mail server.').waitFor()
    await page.getByText('The link in it is not shown').waitFor()
  })

  it('and everything else that failed is tried again in one go, for a reason', async () => {
    post.refuses = () => true
    await api('POST', '/users', { ...agent, firstName: 'Dag', lastName: 'Eide', email: 'dag@work.test' })
    await api('POST', '/users', { ...agent, firstName: 'Eli', lastName: 'Foss', email: 'eli@work.test' })
    await page.goto('/jobs?state=dead')
    await page.getByRole('gridcell', { name: 'Failed for good' }).nth(1).waitFor()
    const [one] = await api('GET', '/jobs?state=dead')
    await page.getByPlaceholder('Id, kind, data or error').fill(one.id)
    // What is typed counts a moment later.
    await page.getByRole('gridcell', { name: 'Failed for good' }).nth(1).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Try all that failed again' }).click()
    await page.getByRole('dialog').getByText(`One job failed for good. Only: “${one.id}”.`).waitFor()
    await page.keyboard.press('Escape')
    await page.getByPlaceholder('Id, kind, data or error').fill('')
    await page.getByRole('gridcell', { name: 'Failed for good' }).nth(1).waitFor()
    post.refuses = () => false
    await page.getByRole('button', { name: 'Try all that failed again' }).click()
    await page.getByLabel('Reason').fill('The mail server is itself again')
    await axeClean(page, 'everything tried again')
    await page.getByRole('button', { name: /^Try 2 again/ }).click()
    await toast(page, '2 jobs wait to be tried again').waitFor()
    const [line] = await api('GET', '/audit?action=job.retry_all')
    assert.equal(line.reason, 'The mail server is itself again')
    await page.goto(`/jobs/${one.id}`)
    await page.getByText('Tried again by').waitFor()
    await page.getByRole('link', { name: 'Odd Olsen' }).first().waitFor()
  })

  it('a queue is paused, slowed down and let go', async () => {
    await page.goto('/jobs/queues')
    const mail = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'Mail', exact: true }) })
    await mail.getByRole('button', { name: 'More actions: Mail' }).click()
    await page.getByRole('menuitem', { name: 'Pause' }).click()
    await page.getByRole('button', { name: /^Pause/ }).click()
    await mail.getByText('Paused').waitFor()
    await mail.getByRole('button', { name: 'More actions: Mail' }).click()
    await page.getByRole('menuitem', { name: 'Limit' }).click()
    await page.getByLabel('Begun a minute').fill('0')
    await page.keyboard.press('Control+Enter')
    await page.getByText('A whole number from 1 to 1000, or nothing.').waitFor()
    await page.getByLabel('Begun a minute').fill('600')
    await page.keyboard.press('Control+Enter')
    await mail.getByText('600 a minute').waitFor()
    await settled(page)
    await axeClean(page, 'the queues')
    await page.goto('/jobs')
    await page.getByText('One queue is paused: Mail').waitFor()
    await page.goto('/jobs/queues')
    await mail.getByRole('button', { name: 'More actions: Mail' }).click()
    await page.getByRole('menuitem', { name: 'Let it go on' }).click()
    await toast(page, '“Mail” goes on').waitFor()
    const [held] = await api('GET', '/jobs/queues')
    assert.deepEqual([held.queue, held.paused, held.perMinute], ['mail', false, 600])
  })

  it('runs have a page of their own', async () => {
    await page.goto('/jobs/runs')
    await page.getByText('No runs yet.').waitFor()
    await settled(page)
    await axeClean(page, 'no runs')
  })

  it('waits while the server is away, and can be called off from the list', async () => {
    await post.stop()
    open.splice(open.indexOf(post), 1)
    await api('POST', '/users', { ...agent, firstName: 'Cai', lastName: 'Eng', email: 'cai@work.test' })
    await page.goto('/jobs?state=pending')
    await page.getByText('The mail server can not be reached.').first().waitFor()
    await page.getByRole('checkbox', { name: 'Select Send a mail' }).click()
    await page.getByRole('region', { name: '1 selected' }).getByRole('button', { name: 'Call off' }).click()
    await page.getByRole('dialog').getByText('Call one job off').first().waitFor()
    await page.keyboard.press('Control+Enter')
    await toast(page, 'One job called off').waitFor()
    await becomes(async () => (await api('GET', '/jobs?state=cancelled')).length, 1)
    assert.deepEqual(complaints, [], 'the page complained in its console')
  })
})
