/** Leaving what was typed, in a real browser: asked before a link throws it away, not after it was saved, and not where nothing was typed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { axeClean, settled } from './browser.mjs'
import { openBusiness } from './business.mjs'

let api, page, complaints, stop, toast
before(async () => {
  ;({ api, page, complaints, stop, toast } = await openBusiness('Harbour Leaving', 'leaving.test'))
})
after(() => stop())

const rail = (name) => page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name, exact: true })
const question = () => page.getByRole('dialog', { name: 'Leave without saving?' })
const at = (name) => page.getByRole('heading', { level: 1, name }).waitFor()

describe('leaving what was typed', { concurrency: false }, () => {
  let letter
  it('asks before a link throws a newsletter away, and stays with the text', async () => {
    letter = await api('POST', '/newsletters', { subjectEn: 'Spring' })
    await page.goto('/mailbox/newsletters')
    await page.getByRole('link', { name: 'Spring' }).click()
    await at('Spring')
    const text = page.getByLabel('Text', { exact: true })
    await text.fill('New lanterns are in.')
    await rail('Products').click()
    await question().waitFor()
    await settled(page)
    await axeClean(page, 'the question before leaving')
    await question().getByRole('button', { name: 'Stay' }).click()
    await question().waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).pathname, `/mailbox/newsletters/${letter.id}`)
    assert.equal(await text.inputValue(), 'New lanterns are in.')
    // The way back of the browser asks as well, and Escape means staying.
    await page.goBack()
    await question().waitFor()
    await page.keyboard.press('Escape')
    await question().waitFor({ state: 'detached' })
    await page.waitForURL(`**/mailbox/newsletters/${letter.id}`)
    assert.equal(await text.inputValue(), 'New lanterns are in.')
  })

  it('leaves when told to, and the text is gone', async () => {
    await rail('Products').click()
    await question().getByRole('button', { name: /^Leave/ }).click()
    await at('Products')
    assert.equal(await question().count(), 0)
    assert.equal((await api('GET', `/newsletters/${letter.id}`)).textEn, '')
  })

  it('does not ask once it is saved, nor where what stands there is what was stored', async () => {
    await page.goto(`/mailbox/newsletters/${letter.id}`)
    await at('Spring')
    const text = page.getByLabel('Text', { exact: true })
    await text.fill('New lanterns are in.')
    await page.getByRole('button', { name: 'Save draft', exact: true }).click()
    await toast('Draft saved').first().waitFor()
    await rail('Products').click()
    await at('Products')
    await page.goBack()
    await at('Spring')
    await text.fill('Something else')
    await text.fill('New lanterns are in.')
    await rail('Products').click()
    await at('Products')
    // What is made goes on to its own page by itself.
    await page.goto('/people/new')
    await page.getByLabel('First name').fill('Ada')
    await page.getByLabel('Last name').fill('Brandt')
    await page.getByLabel('E-mail').fill('ada@leaving.test')
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    await at('Ada Brandt')
    assert.equal(await question().count(), 0)
    // Cancel is an answer already.
    await page.goto('/people/new')
    await page.getByLabel('First name').fill('Bo')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await at('People')
  })

  it('asks before Escape closes a dialog with something typed in it', async () => {
    await page.goto('/products/coupons')
    await page.getByRole('button', { name: 'New coupon' }).click()
    const form = page.getByRole('dialog', { name: 'New coupon' })
    await form.waitFor()
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'New coupon' }).click()
    await form.getByLabel('Code').fill('SPRING')
    await page.keyboard.press('Escape')
    await question().getByRole('button', { name: 'Stay' }).click()
    await question().waitFor({ state: 'detached' })
    assert.equal(await form.getByLabel('Code').inputValue(), 'SPRING')
    await page.keyboard.press('Escape')
    await question().getByRole('button', { name: /^Leave/ }).click()
    await form.waitFor({ state: 'detached' })
  })

  it('has the browser ask when the tab is loaded again', async () => {
    await page.goto('/settings')
    const name = page.getByLabel('Name of the business')
    await name.fill('Harbour Elsewhere')
    const asked = page.waitForEvent('dialog')
    const again = page.reload()
    const dialog = await asked
    assert.equal(dialog.type(), 'beforeunload')
    await dialog.accept()
    await again
    await settled(page)
    assert.equal(await name.inputValue(), 'Harbour Leaving')
    // Nothing was typed now: nobody asks.
    let any = false
    page.once('dialog', (one) => ((any = true), one.accept()))
    await page.reload()
    await settled(page)
    assert.equal(any, false)
    assert.deepEqual(complaints, [])
  })
})
