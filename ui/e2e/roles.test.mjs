/** Each preset role in a real browser (admins see what owners see): they sign in, visit every page their menu and its tabs offer, open the first record of each list, and no request is refused. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openBusiness, sell, signIn } from './business.mjs'

const password = 'storm-compass-41-rope'
const roles = ['moderator', 'support', 'finance', 'developer', 'auditor', 'user', 'guest']
/** Lists somebody put together themselves: rights that no preset role has so. */
const own = [
  ['desk', ['read:self', 'read:order', 'read:product']],
  ['night', ['read:self', 'read:audit', 'read:sign-in', 'read:mail', 'read:role', 'read:job', 'read:webhook']],
  ['till', ['read:self', 'read:payment', 'capture:payment', 'read:order']],
]

let another, api, stop, owner
before(async () => {
  ;({ another, api, stop, owner } = await openBusiness('Harbour Roles', 'roles.test'))
  const order = await sell(api, 'roles.test', 2)
  const [payment] = (await api('GET', `/orders/${order.id}`)).payments
  await api('POST', `/payments/${payment.id}/refund`, { amount: { amount: 500, currency: 'EUR' }, reason: 'A dent' })
  await api('POST', '/coupons', { code: 'DECK10', kind: 'percent', percentBp: 1000 })
  await api('POST', '/webhooks/endpoints', { url: 'https://hooks.example/purser', topics: ['order.*'] })
  await api('POST', `/payments/${payment.id}/dispute`, {})
  for (const role of roles) await api('POST', '/users', { firstName: 'Ada', lastName: role, email: `${role}@roles.test`, role, password })
  for (const [key, permissions] of own) {
    await api('POST', '/roles', { key, name: key, permissions })
    await api('POST', '/users', { firstName: 'Ada', lastName: key, email: `${key}@roles.test`, role: key, password })
  }
})
after(() => stop?.())

/** Everywhere the links of a place lead, here and without what comes after the question mark. */
const leads = async (page, place) => [...new Set(await page.locator(place).evaluateAll((all) => all.map((one) => one.getAttribute('href')).filter((href) => /^\/(?!api\/)/.test(href ?? ''))))]

/** Walks without loading the console anew each time; `rests` waits until nothing is asked for and nothing is still to come. */
function walker(page) {
  const under = new Set()
  page.on('request', (request) => !/\/api\/v1\/events/.test(request.url()) && under.add(request))
  for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => under.delete(request))
  const rests = async () => {
    const until = Date.now() + 30_000
    for (let calm = 0; calm < 3; await page.waitForTimeout(40)) {
      const here = under.size === 0 && (await page.evaluate(() => !document.querySelector('.bone') && document.querySelector('h1') !== null))
      calm = here ? calm + 1 : 0
      if (Date.now() > until) assert.fail(`${page.url()} is not ready: ${[...under].map((one) => one.url())} ${await page.locator('body').innerText()}`)
    }
  }
  const go = async (path) => {
    await page.evaluate((to) => history.pushState({}, '', to), path)
    await rests()
  }
  return { rests, go }
}

/** Visits everything, and tells every request that was refused and everything the pages complained of. */
async function walk(who) {
  const { page, complaints } = await another()
  const refused = []
  let at = ''
  page.on('response', (response) => {
    if (response.status() === 403) refused.push(`${at}: ${response.request().method()} ${new URL(response.url()).pathname}`)
  })
  const { rests, go } = walker(page)
  await signIn(page, who)
  const seen = new Set()
  const visit = async (path) => {
    if (seen.has(path)) return false
    seen.add(path)
    at = path
    await go(path)
    // Whoever loads the page anew or follows a link from outside comes to it as well.
    const anew = await page.request.get(path)
    if (!anew.ok() || !/html/.test(anew.headers()['content-type'] ?? '')) refused.push(`${path} loaded anew: ${anew.status()}`)
    return true
  }
  /** The first row beside the list. */
  const peek = async (tab) => {
    const row = page.locator('.grid-body .grid-row:not(.grid-waiting)').first()
    if (!(await row.count()) || !(await row.isVisible())) return
    at = `${tab} ⏎`
    await row.click()
    await rests()
    await page.keyboard.press('Escape')
  }
  await visit('/account')
  for (const area of await leads(page, 'nav.rail a')) {
    if (!(await visit(area))) continue
    for (const tab of [area, ...(await leads(page, 'nav.tabs a'))]) {
      if (tab !== area && !(await visit(tab))) continue
      await peek(tab)
      const [record] = await leads(page, '[role=gridcell] a.link, main .rows a.link')
      const offered = await leads(page, '.page-head a')
      if (record && (await visit(record))) offered.push(...(await leads(page, '.record-head a')))
      for (const path of offered) await visit(path)
    }
  }
  await page.context().close()
  return { refused, complaints, seen: seen.size }
}

describe('nothing is offered that is refused', { concurrency: 2 }, () => {
  for (const role of [...roles, ...own.map(([key]) => key)])
    it(`to the role ${role}`, async () => {
      const { refused, complaints, seen } = await walk({ email: `${role}@roles.test`, password })
      assert.deepEqual([refused, complaints], [[], []])
      assert.ok(seen >= 3, `only ${seen} pages`)
    })

  it('to the owner, who sees most', async () => {
    const { refused, complaints, seen } = await walk(owner)
    assert.deepEqual([refused, complaints], [[], []])
    assert.ok(seen > 40, `only ${seen} pages`)
  })
})
