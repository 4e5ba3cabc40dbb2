/** One's own account in a real browser: particulars, another address, the reminder of an unproved one, and strangers who register. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, settled } from './browser.mjs'
import { openBusiness, signIn } from './business.mjs'

const host = 'account.test'
const customer = { firstName: 'Una', lastName: 'Unger', email: `una@${host}`, role: 'user', password: 'storm-compass-41-rope' }

let business, api, page, toast
/** The link in the newest mail to somebody, as the built-in mailbox shows it. */
async function linkTo(email) {
  for (let i = 0; i < 100; i++) {
    const [mail] = await api('GET', `/mailbox?search=${email}&template=verification&limit=1`)
    const text = mail && (await api('GET', `/mailbox/${mail.id}`)).text
    const found = /(\/verify-email#token=[\w-]+)/.exec(text ?? '')
    if (found && !found[1].endsWith('hidden')) return found[1]
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no mail to ${email}`)
}

describe('one’s own account', { concurrency: false }, () => {
  before(async () => {
    business = await openBusiness('Harbour Account', host)
    ;({ api, page, toast } = business)
    await api('POST', '/users', customer)
  })
  after(() => business?.stop())

  it('reminds of an address that was not proved, until it is or is put off', async () => {
    const banner = page.getByRole('region', { name: 'Your address is not proved yet.' })
    await banner.waitFor()
    await settled(page)
    await axeClean(page, 'the reminder')
    await banner.getByRole('button', { name: 'Send the mail again' }).click()
    await banner.getByText('A mail is on its way.').waitFor()
    await banner.getByRole('button', { name: 'Later' }).click()
    await banner.waitFor({ state: 'detached' })
  })

  it('lets a customer change name, telephone and language, and the address once it was proved', async () => {
    const { page: hers, complaints, context } = await business.another()
    await hers.goto('/sign-in')
    await hers.getByLabel('E-mail').fill(customer.email)
    await hers.getByLabel('Password', { exact: true }).fill(customer.password)
    await hers.getByRole('button', { name: 'Sign in' }).click()
    await hers.getByRole('region', { name: 'Your address is not proved yet.' }).waitFor()
    await hers.goto('/account')
    const form = hers.getByRole('form', { name: 'Profile' })
    await form.getByLabel('Last name').fill('Uhland')
    await form.getByLabel('Phone').fill('+47 22 33 44 55')
    await form.getByRole('button', { name: 'Save' }).click()
    await toast('Saved', hers).waitFor()
    await form.getByLabel('E-mail').fill(`una.new@${host}`)
    await form.getByRole('button', { name: 'Save' }).click()
    await toast(`A link is on its way to una.new@${host}`, hers).waitFor()
    await form.getByText(`una.new@${host} is yours once you open the link we sent there.`).waitFor()
    await settled(hers)
    await axeClean(hers, 'one’s own particulars')
    await hers.goto(await linkTo(`una.new@${host}`))
    await hers.getByRole('heading', { name: 'Address proved' }).waitFor()
    await hers.goto('/account')
    await becomes(() => hers.getByRole('form', { name: 'Profile' }).getByLabel('E-mail').inputValue(), `una.new@${host}`)
    await hers.getByRole('region', { name: 'Your address is not proved yet.' }).waitFor({ state: 'detached' })
    await becomes(async () => (await api('GET', `/mailbox?template=account_notice&search=${customer.email}`)).length, 1, 'the old address hears of it')
    assert.deepEqual(complaints, [], 'the page complained in its console')
    await context.close()
  })

  it('asks why somebody gets another role, and keeps it', async () => {
    const [una] = await api('GET', `/users?search=una.new@${host}`)
    await page.goto(`/people/${una.id}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Change role' }).click()
    await page.getByLabel('Role', { exact: true }).selectOption('support')
    await page.getByLabel('Reason').fill('Takes the late shift')
    await axeClean(page, 'another role')
    await page.getByRole('button', { name: /^Make it/ }).click()
    await toast(/is now/).waitFor()
    assert.equal((await api('GET', '/audit?action=user.role'))[0].reason, 'Takes the late shift')
  })

  it('is made by strangers only where the business wants that', async () => {
    const { page: theirs, complaints, context } = await business.another()
    await theirs.goto('/register')
    await theirs.getByText('Nobody can make themselves an account here.').waitFor()
    await page.goto('/settings')
    const rules = page.getByRole('form', { name: 'Signing in' })
    await rules.getByLabel('Accounts of strangers').selectOption('true')
    await rules.getByRole('button', { name: 'Save sign-in rules' }).click()
    await toast('Sign-in rules saved').waitFor()
    await theirs.goto('/sign-in')
    await theirs.getByRole('link', { name: 'Make an account' }).click()
    await theirs.getByRole('heading', { name: 'Make an account at Harbour Account' }).waitFor()
    await settled(theirs)
    await axeClean(theirs, 'making an account')
    await theirs.getByLabel('First name').fill('Ida')
    await theirs.getByLabel('Last name').fill('Nygaard')
    await theirs.getByLabel('E-mail').fill(`ida@${host}`)
    await theirs.getByLabel('Password', { exact: true }).fill('violet-anchor-77-copper')
    await theirs.getByRole('button', { name: 'Make the account' }).click()
    await theirs.getByText(`A mail is on its way to ida@${host}.`).waitFor()
    await theirs.goto(await linkTo(`ida@${host}`))
    await theirs.getByRole('heading', { name: 'Address proved' }).waitFor()
    await theirs.goto('/sign-in')
    await signIn(theirs, { email: `ida@${host}`, password: 'violet-anchor-77-copper' })
    assert.equal((await api('GET', `/users?search=ida@${host}`))[0].role, 'user')
    assert.deepEqual(complaints, [], 'the page complained in its console')
    await context.close()
  })
})
