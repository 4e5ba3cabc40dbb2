/** A business of the journeys' own, with its owner signed in: what a journey begins with before it comes to what it is about. */
import assert from 'node:assert/strict'
import { openBrowser, openPage } from './browser.mjs'
import { caller, startEngine } from './engine.mjs'

export const address = { name: 'Mia Moe', street: 'Quay 7', city: 'Bergen', state: '', zipCode: '5003', country: 'NO', phone: '' }

/** Through the sign-in page to Home. */
export async function signIn(page, { email, password }) {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
}

/** A business of that name on an engine of its own; everybody's addresses are at `host`, `env` adds settings. */
export async function openBusiness(tenantName, host, env) {
  const owner = { firstName: 'Odd', lastName: 'Olsen', email: `odd@${host}`, password: 'lantern-quay-7-brass' }
  const engine = await startEngine(env)
  let browser
  const stop = async () => {
    await browser?.close()
    await engine.stop()
  }
  try {
    const made = await fetch(`${engine.base}/api/v1/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tenantName, ...owner }) })
    assert.ok(made.ok || made.status === 409, `set-up: ${made.status}`)
    const api = await caller(engine.base, owner.email, owner.password)
    browser = await openBrowser()
    const another = (look) => openPage(browser, engine.base, look)
    const { page, complaints } = await another()
    await signIn(page, owner)
    return { engine, owner, api, page, complaints, another, stop, toast: (text, of = page) => of.getByRole('region', { name: 'Toasts' }).getByText(text) }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Somebody to sell to, and something to sell. */
export async function openShop(api, host) {
  const customer = await api('POST', '/users', { firstName: 'Mia', lastName: 'Moe', email: `mia@${host}`, role: 'user' })
  const product = await api('POST', '/products', { name: 'Storm lantern', sku: 'LAN-1', price: { amount: 2500, currency: 'EUR' }, weight: 1.5, stock: 20 })
  return { customer, product }
}

/** An order of so many pieces, paid by a card unless it is only to be entered. */
export async function sell(api, host, quantity, paid = true) {
  const { customer, product } = await openShop(api, host)
  const order = await api('POST', '/orders', { customerId: customer.id, items: [{ productId: product.id, quantity }], shippingAddress: address })
  if (paid) await api('POST', `/orders/${order.id}/pay`, { paymentMethod: 'pm_card_visa' })
  return order
}
