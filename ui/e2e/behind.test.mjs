/** Behind the scenes in a real browser: what happened and who acts on it, regular work, papers as PDF. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, settled, until } from './browser.mjs'
import { openBusiness, sell } from './business.mjs'
import { startPost } from './post.mjs'

let post, api, order, page, complaints, stop, toast
before(async () => {
  post = await startPost()
  post.refuses = (line) => /ada@/.test(line)
  const mail = { PURSER_SMTP_HOST: '127.0.0.1', PURSER_SMTP_PORT: String(post.port), PURSER_SMTP_SECURITY: 'none', PURSER_SMTP_FROM: 'purser@behind.test' }
  ;({ api, page, complaints, stop, toast } = await openBusiness('Harbour Engine', 'behind.test', mail))
  await api('POST', '/users', { firstName: 'Ada', lastName: 'Brandt', email: 'ada@behind.test', role: 'support' })
  order = await sell(api, 'behind.test', 2)
  const [payment] = await api('GET', `/payments?orderId=${order.id}`)
  await api('POST', `/payments/${payment.id}/refund`, { amount: { amount: 1000, currency: 'EUR' }, reason: 'Came late' })
})
after(async () => {
  await stop?.()
  await post?.stop()
})

describe('behind the scenes', { concurrency: false }, () => {
  it('says what happened, and shows it again to whoever acts on it', async () => {
    await page.goto('/jobs/events')
    await page.getByRole('gridcell', { name: 'order.created' }).first().waitFor()
    const hooks = page.getByRole('table', { name: 'Who acts on it' }).getByRole('row').filter({ hasText: 'Webhooks' })
    await hooks.getByText('up to date').waitFor()
    await settled(page)
    await axeClean(page, 'events')
    await hooks.getByRole('button', { name: 'Show again' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('From').selectOption('seq')
    await dialog.getByLabel('Number').fill('many')
    await page.keyboard.press('Control+Enter')
    await dialog.getByText(/^The number of an event, at most/).waitFor()
    await axeClean(page, 'events to be shown again')
    await dialog.getByLabel('Number').fill('2')
    await dialog.getByLabel('Reason').fill('The other side lost them')
    await page.keyboard.press('Control+Enter')
    await toast('Webhooks is shown again what happened').waitFor()
    await hooks.getByText('Odd Olsen').waitFor()
    await hooks.getByText('up to date').waitFor()
    assert.equal((await api('GET', '/audit?action=event.replay'))[0].reason, 'The other side lost them')
    await page.getByRole('row').filter({ hasText: 'order.created' }).getByRole('link', { name: /^Order/ }).first().click()
    await page.getByRole('heading', { level: 1, name: /^#/ }).waitFor()
    await page.goto('/jobs/events/stuck')
    await page.getByText(/^Nothing is stuck/).waitFor()
    await settled(page)
    await axeClean(page, 'stuck events')
  })

  it('does regular work when somebody says, or not for now', async () => {
    await page.goto('/jobs/schedules')
    const row = page.getByRole('row').filter({ hasText: 'Nightly tidying' })
    const pick = async (name) => {
      await row.getByRole('button', { name: 'More actions: Nightly tidying' }).click()
      await page.getByRole('menuitem', { name }).click()
    }
    await pick('Change when')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('When').fill('61 9 * * 1-5')
    await dialog.getByLabel('By the time of').selectOption('Europe/Oslo')
    await page.keyboard.press('Control+Enter')
    await dialog.locator('.field-error').waitFor()
    await axeClean(page, 'regular work at no such time')
    await dialog.getByLabel('When').fill('30 9 * * 1-5')
    await page.keyboard.press('Control+Enter')
    await toast('When of “Nightly tidying” saved').waitFor()
    await row.getByText(/^On weekdays at 0?9:30/).waitFor()
    await row.getByText('Europe/Oslo').waitFor()
    await row.getByText('Odd Olsen').waitFor()
    await pick('Pause')
    await row.getByText('Paused').waitFor()
    await settled(page)
    await axeClean(page, 'regular work')
    await pick('Let it go on')
    await row.getByText('On', { exact: true }).waitFor()
    await pick('Back to the usual')
    await row.getByText(/^On weekdays at 0?9:30/).waitFor({ state: 'detached' })
    const now = (await api('GET', '/jobs/schedules')).find((one) => one.name === 'tidy')
    assert.deepEqual([now.custom, now.paused, now.timeZone], [false, false, 'UTC'])
  })

  it('leaves a mail as it was written, though it failed for good', async () => {
    const [job] = await until(() => api('GET', '/jobs?state=dead'), (jobs) => jobs.length > 0)
    assert.ok(job, 'the mail failed for good')
    await page.goto(`/jobs/${job.id}`)
    await page.getByText('Every try failed.').waitFor()
    const edit = page.getByRole('button', { name: 'Edit', exact: true })
    await becomes(() => edit.getAttribute('aria-disabled'), 'true')
    await edit.hover()
    await page.getByText('What work of this kind works with stays as it is.').first().waitFor()
  })

  it('says who does the work', async () => {
    await page.goto('/jobs/workers')
    const row = page.getByRole('table', { name: 'Workers' }).getByRole('row').filter({ hasText: 'Server' })
    await row.getByText('Working').waitFor()
    await row.getByText(/room for \d+ at once/).waitFor()
    await settled(page)
    await axeClean(page, 'workers')
  })

  it('lists requests that came with a key, and how often', async () => {
    const [found] = await api('GET', '/idempotency-keys?operation=create_order')
    assert.deepEqual([found.state, found.status, found.subjectId], ['answered', 201, order.id])
    await page.goto('/jobs/keys')
    await page.getByRole('gridcell', { name: 'Place an order' }).waitFor()
    await settled(page)
    await axeClean(page, 'idempotency keys')
    await page.getByPlaceholder('Beginning of a key').fill(found.key.slice(0, 8))
    await page.getByRole('gridcell', { name: 'Refund a payment' }).waitFor({ state: 'detached' })
    await page.getByRole('gridcell', { name: 'Place an order' }).click()
    await page.getByText('A repeat changes nothing and is answered the same.').waitFor()
    await axeClean(page, 'one idempotency key')
  })

  it('takes back the file of a paper that never came', async () => {
    await page.goto(`/orders/${order.id}`)
    await page.evaluate(() => {
      globalThis.showSaveFilePicker = async ({ suggestedName }) => (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })
    })
    await page.route(/\/receipt/, (route) => route.abort())
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Receipt as PDF' }).click()
    await page.getByRole('region', { name: 'Toasts' }).locator('.toast').last().waitFor()
    const names = () => page.evaluate(async () => {
      const found = []
      for await (const name of (await navigator.storage.getDirectory()).keys()) found.push(name)
      return found
    })
    await becomes(names, [])
    await page.unroute(/\/receipt/)
    assert.ok(complaints.splice(0).every((line) => /Failed to load resource/.test(line)))
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Receipt as PDF' }).click()
    await toast(/receipt.*\.pdf saved/).waitFor()
    assert.match((await names()).join(), /receipt.*\.pdf/)
  })

  it('writes papers', async () => {
    // What is saved is read here, so the browser's own question where to is left out.
    await page.addInitScript(() => delete globalThis.showSaveFilePicker)
    const paper = async (press) => {
      const saved = page.waitForEvent('download')
      await press()
      const file = await saved
      assert.equal((await readFile(await file.path())).subarray(0, 5).toString(), '%PDF-')
      await toast(`${file.suggestedFilename()} saved`).waitFor()
      return file.suggestedFilename()
    }
    await page.goto(`/orders/${order.id}`)
    assert.match(await paper(async () => {
      await page.getByRole('button', { name: 'More actions' }).first().click()
      await page.getByRole('menuitem', { name: 'Receipt as PDF' }).click()
    }), /receipt.*\.pdf$/)
    await page.goto('/refunds')
    await page.getByRole('gridcell', { name: 'Came late' }).click()
    assert.match(await paper(() => page.getByRole('button', { name: 'Credit note as PDF' }).click()), /credit.*\.pdf$/)
    assert.deepEqual(complaints, [])
  })
})
