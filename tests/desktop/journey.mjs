/**
 * What a person does with the desktop window: begin a business, work, close it, come back signed in to the same data; then
 * look after another Purser over TLS from the same window. Started by `run`, which brings display, bus and keychain.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Driver, pause, start, stopAll, until } from './driver.mjs'
import { otherWaysIn, standIns, throughAnother } from './elsewhere.mjs'
import { hasFailed, holds, result, same, step } from './steps.mjs'
import { asSeller, orderPaid } from './trade.mjs'

const { PURSER_DESKTOP, PURSER_BIN, PURSER_DRIVER, PURSER_NATIVE_DRIVER, PURSER_SCRATCH: scratch } = process.env
const config = join(scratch, 'config')
const data = join(scratch, 'local')
const remoteData = join(scratch, 'remote')
const owner = { tenantName: 'Harbour Lights', firstName: 'Ada', lastName: 'Quay', email: 'ada@harbour.example', password: 'brass lantern on the quay 7' }
const other = { tenantName: 'Far Shore', firstName: 'Bo', lastName: 'Strand', email: 'bo@farshore.example', password: 'salt wind over grey water 3' }

let driver = await Driver.start({ driver: PURSER_DRIVER, native: PURSER_NATIVE_DRIVER, env: { ...process.env, PATH: standIns() } })
let page
const open = async () => {
  const began = Date.now()
  page = await driver.open(PURSER_DESKTOP, ['--data', data, '--config', config])
  await until('the page to be drawn', async () => (await page.text()).trim().length > 0)
  return Date.now() - began
}
const pidOf = (folder) => JSON.parse(readFileSync(join(folder, 'purser.lock'), 'utf8')).pid
const lives = (pid) => {
  try {
    process.kill(pid, 0)
    // A process that ended but was not fetched by its parent still has a number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
/** The native menu's own key, as a person would press it; the page never sees it. */
const quit = async () => {
  const pid = pidOf(data)
  await until('the window to go', () => {
    spawnSync('xdotool', ['search', '--onlyvisible', '--name', '^Purser$', 'windowfocus', '--sync', 'key', '--clearmodifiers', 'ctrl+q'])
    return !lives(pid)
  })
  await page.close().catch(() => undefined)
}
const everyFile = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))).filter((path) => statSync(path).isFile())
const holdsToken = (text) => /eyJ[\w-]{10,}\.[\w-]{10,}\./.test(text) || /"(access|refresh)Token"/.test(text)

await step('the first window offers three ways to begin', async () => {
  await open()
  for (const way of ['Start empty', 'Explore with demo data', 'Connect to a remote Purser']) await page.find('any', `^${way}`)
  const { json } = await page.ask('GET', '/shell/v1/state')
  same([json.data.firstRun, json.data.keychain.available, json.data.sharing.on], [true, true, false], 'the state of a new window')
})

await step('a business is made in the window', async () => {
  await page.type('^Business name', owner.tenantName)
  await page.type('^First name', owner.firstName)
  await page.type('^Last name', owner.lastName)
  await page.type('^E-mail', owner.email)
  await page.type('^Password', owner.password)
  await page.click('button', '^Create Harbour')
  await page.sees('Home')
  await until('the first page', async () => (await page.path()) === '/')
})

await step('nobody but the two commands answers, and no token is in the page', async () => {
  for (const command of ['plugin:dialog|open', 'plugin:opener|open_url', 'plugin:window|close', 'plugin:event|listen']) {
    const said = await page.runAsync(`try { await window.__TAURI_INTERNALS__.invoke(args[0], {}); return 'answered' } catch (error) { return String(error) }`, command)
    holds(/not allowed|not found/.test(said), `${command}: ${said}`)
  }
  const kept = await page.run('return JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, "__TAURI__" in window])')
  holds(!holdsToken(kept), `the page keeps ${kept}`)
  holds(kept.endsWith(',false]'), 'the global Tauri object is in the page')
  for (const [method, path, body] of [['POST', '/api/v1/auth/login', { email: owner.email, password: owner.password }], ['POST', '/api/v1/auth/refresh', {}], ['GET', '/api/v1/auth/sessions', null]]) {
    const reply = await page.ask(method, path, body)
    same(reply.status, 200, `${method} ${path}`)
    holds(!holdsToken(reply.text), `${path} hands a token to the page`)
    holds(!reply.headers.some(([name]) => /cookie|authorization/i.test(name)), `${path} hands a cookie to the page`)
  }
})

let order
await step('an order is sold and refunded in the window', async () => {
  const seller = asSeller((method, path, body) => page.ask(method, path, body))
  order = await orderPaid(seller)
  await page.run('history.pushState(null, "", arguments[0]); dispatchEvent(new PopStateEvent("popstate"))', `/orders/${order.id}`)
  await page.sees(String(order.number))
  await page.click('button', '^Refund')
  await page.find('dialog', 'Refund')
  await page.type('^Amount', '10.00')
  await page.click('reason', '^Damaged on arrival')
  await page.click('button', '^Refund .*10.00')
  await until('the refund in the books', async () => (await seller('GET', `/api/v1/orders/${order.id}`)).refunded.amount === 1000)
  await page.sees('10.00')
  const proof = await seller('GET', '/api/v1/ledger/proof')
  holds(proof.balanced, 'the ledger sums to zero')
})

await step('the menu leads the page', async () => {
  const press = (keys) => spawnSync('xdotool', ['search', '--onlyvisible', '--name', '^Purser$', 'windowfocus', '--sync', 'key', '--clearmodifiers', keys])
  await until('the orders', async () => (press('ctrl+3'), await pause(300), (await page.path()).startsWith('/orders')))
  await until('the palette', async () => (press('ctrl+k'), await pause(300), page.has('dialog', '.')))
  press('Escape')
})

await otherWaysIn({ page: () => page, owner, holdsToken })

await step('the keys rest in the keychain, and another follows there', async () => {
  await page.run('location.assign("/settings#protection")')
  await page.sees('The keys rest in this computer')
  await page.find('button', '^Save a copy of the keys')
  same((await page.ask('POST', '/api/v1/settings/seal/rotate', {})).status, 204, 'a new key')
  const { keys } = (await page.ask('GET', '/api/v1/settings/seal')).json.data
  same([keys.length, keys.every(({ held }) => held)], [2, true], 'the keys')
})

let people
await step('it is closed in order', async () => {
  people = (await page.ask('GET', '/api/v1/users')).json.meta.total
  await quit()
  for (const path of everyFile(config)) holds(!holdsToken(readFileSync(path, 'latin1')), `${path} holds a token`)
  const keys = readFileSync(join(data, 'seal.key'), 'utf8')
  holds(/^keychain [0-9a-f]{32}$/m.test(keys) && !/^[0-9a-f]{64}$/m.test(keys), `the seal keys are in the folder: ${keys.replace(/[0-9a-f]{32,}/g, '…')}`)
  holds(!everyFile(data).some((path) => path.endsWith('-wal') && statSync(path).size > 0), 'the database was not closed in order')
})

await step('started again: still signed in, everything there', async () => {
  await open()
  await page.sees('Home')
  const { json } = await page.ask('GET', '/api/v1/auth/me')
  same([json.data.email, json.data.tenant.name], [owner.email, owner.tenantName], 'who is signed in')
  same((await page.ask('GET', '/api/v1/users')).json.meta.total, people, 'the people')
  const kept = (await page.ask('GET', `/api/v1/orders/${order.id}`)).json.data
  same([kept.refunded.amount, kept.shippingAddress.street], [1000, 'Quay 4'], 'the refund, and what was sealed')
  same((await page.ask('GET', '/api/v1/settings/seal')).json.data.keys.map(({ held }) => held), [true, true], 'the keys after a new start')
  holds(!(await page.ask('GET', '/shell/v1/state')).json.data.firstRun, 'the first run is over')
})

let remote
await step('another Purser answers over TLS', async () => {
  const server = start(PURSER_BIN, ['serve', '--data', remoteData, '--listen', '127.0.0.1:0', '--tls-self-signed'])
  remote = await until('the other Purser', () => /listening on (https:\/\/\S+)/.exec(server.out.text)?.[1])
})

let profile
await step('its certificate is not trusted until somebody says so', async () => {
  const { status, json } = await page.ask('POST', '/shell/v1/profiles', { name: 'Far Shore', url: remote, environment: 'production' })
  same(status, 201, 'adding the profile')
  profile = json.data.id
  const bad = (await page.ask('POST', `/shell/v1/profiles/${profile}/test`)).json.data
  same([bad.ok, bad.steps.at(-1).name, bad.steps.at(-1).ok], [false, 'tls', false], 'the check without the certificate')
  const changed = await page.ask('PATCH', `/shell/v1/profiles/${profile}`, { caFile: join(remoteData, 'tls-cert.pem') })
  same(changed.status, 200, 'trusting the certificate')
  const good = (await page.ask('POST', `/shell/v1/profiles/${profile}/test`)).json.data
  same([good.ok, good.signedIn, good.steps.map(({ name }) => name)], [true, false, ['resolve', 'tls', 'health', 'version', 'session']], 'the check with it')
  const pinned = async (pin) => {
    same((await page.ask('PATCH', `/shell/v1/profiles/${profile}`, { pin })).status, 200, 'pinning a key')
    return (await page.ask('POST', `/shell/v1/profiles/${profile}/test`)).json.data
  }
  const other = await pinned('sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
  same([other.ok, other.steps.at(-1).name, other.steps.at(-1).ok], [false, 'tls', false], 'the check with another key pinned')
  const shown = await page.ask('POST', '/shell/v1/server-key', { url: remote, caFile: join(remoteData, 'tls-cert.pem') })
  same((await pinned(shown.json.data.pin)).ok, true, 'the check with its own key pinned')
  same((await page.ask('POST', '/shell/v1/profiles', { name: 'Plain', url: 'http://farshore.example', environment: 'staging' })).status, 400, 'plain http beyond this machine')
})

await step('the window works on the other one, and each keeps its own session', async () => {
  const asked = (path) => page.ask('GET', path)
  same((await page.ask('POST', `/shell/v1/profiles/${profile}/switch`, {})).status, 200, 'switching')
  await page.run('location.assign("/")')
  await page.sees('Set up Purser')
  same((await asked('/api/v1/auth/me')).status, 401, 'nobody is signed in there yet')
  await page.type('^Business name', other.tenantName)
  await page.type('^First name', other.firstName)
  await page.type('^Last name', other.lastName)
  await page.type('^E-mail', other.email)
  await page.type('^Password', other.password)
  await page.click('button', '^Create Far')
  await page.sees('Home')
  await page.sees('PRODUCTION')
  same((await asked('/api/v1/auth/me')).json.data.email, other.email, 'who works there')
})

await throughAnother({ page, owner: other, address: remote, certificate: join(remoteData, 'tls-cert.pem'), holdsToken })

await step('back on this computer, its session is still there', async () => {
  await page.ask('POST', '/shell/v1/profiles/local/switch', {})
  await page.run('location.assign("/")')
  // The page that is left says Home as well.
  await page.sees(owner.tenantName)
  await page.sees('Home')
  same((await page.ask('GET', '/api/v1/auth/me')).json.data.email, owner.email, 'who works here')
})

await step('what changes elsewhere is told to the window', async () => {
  await page.ask('POST', `/shell/v1/profiles/${profile}/switch`, {})
  await page.run('location.assign("/products")')
  await until('the list', async () => (await page.path()).startsWith('/products') && (await page.text()).includes('Products'))
  const made = await page.ask('POST', '/api/v1/products', { name: 'Storm lantern', sku: 'LAN-9', price: { amount: 2500, currency: 'EUR' }, weight: 1, stock: 4 })
  same(made.status, 201, 'a new product')
  // The page did not ask for it: the stream of the other Purser said that there is something new.
  await until('the newcomer', async () => /Storm lantern|1 new/.test(await page.text()))
})

await step('closed and started again on the other one: still signed in there', async () => {
  await page.ask('POST', `/shell/v1/profiles/${profile}/switch`, {})
  await quit()
  await open()
  await page.sees('Home')
  same((await page.ask('GET', '/api/v1/auth/me')).json.data.email, other.email, 'who is signed in')
  await page.ask('POST', '/shell/v1/profiles/local/switch', {})
})

await step('shared with this machine, a browser reaches it; switched off, nobody does', async () => {
  const { json } = await page.ask('POST', '/shell/v1/sharing', { on: true, scope: 'machine' })
  same((await fetch(`${json.data.address}/health/live`)).status, 200, 'the shared address')
  await page.ask('POST', '/shell/v1/sharing', { on: false })
  holds(await fetch(`${json.data.address}/health/live`).then(() => false, () => true), 'nobody answers any more')
})

await step('a second start of the same folder says who has it', async () => {
  const second = start(PURSER_BIN, ['serve', '--data', data, '--listen', '127.0.0.1:0'])
  await until('its refusal', () => second.child.exitCode !== null)
  holds(second.out.text.includes(String(pidOf(data))), second.out.text)
  const twin = start(PURSER_DESKTOP, ['--data', data, '--config', config])
  await until('the second window to give way to the first', () => twin.child.exitCode !== null)
  same(twin.child.exitCode, 0, 'how it ended')
})

await step('with a copy of its keys, a server opens the folder of the window', async () => {
  await quit()
  const refused = start(PURSER_BIN, ['serve', '--data', data, '--listen', '127.0.0.1:0'])
  await until('its refusal', () => refused.child.exitCode !== null)
  holds(refused.out.text.includes('--save-seal-keys'), refused.out.text)
  const copy = join(scratch, 'keys')
  const saved = spawnSync(PURSER_DESKTOP, ['--data', data, '--save-seal-keys', copy], { encoding: 'utf8' })
  same([saved.status, statSync(copy).mode & 0o777], [0, 0o600], `saving the keys: ${saved.stderr}`)
  const server = start(PURSER_BIN, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--seal-key-file', copy])
  const url = await until('the server', () => /listening on (http:\/\/\S+)/.exec(server.out.text)?.[1])
  const login = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: owner.email, password: owner.password, tokenDelivery: 'body' }) })
  const { accessToken } = (await login.json()).data
  const reply = await fetch(`${url}/api/v1/orders/${order.id}`, { headers: { authorization: `Bearer ${accessToken}` } })
  same((await reply.json()).data.shippingAddress.street, 'Quay 4', 'what was sealed in the window')
  server.child.kill('SIGTERM')
  await until('the server to end', () => server.child.exitCode !== null)
})

if (hasFailed()) {
  const picture = join(scratch, 'pictures', 'failed.png')
  await page?.picture(picture).catch(() => undefined)
  console.log(`the page showed:\n${await page?.text().catch(() => '(nothing)')}\n${driver.running.out.text.slice(-4000)}`)
} else {
  await quit().catch(() => undefined)
}
stopAll()
process.exit(result())
