/** Getting into the window by other ways than a password: at a provider nobody here wrote, through the system's browser, and with a sealed code. */
import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pause, until } from './driver.mjs'
import { holds, same, step } from './steps.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const scratch = process.env.PURSER_SCRATCH
/** What the browser trusts besides the public authorities. */
const authority = join(scratch, 'authority.pem')
const secret = 'a secret of this journey alone, long enough'
const people = {
  mia: { email: 'mia@home.example', email_verified: true, given_name: 'Mia', family_name: 'Moe' },
  ada: { email: 'ada@home.example', email_verified: true, given_name: 'Ada', family_name: 'Quay' },
}

/** Programs of the desktop that the journey stands in for; first on the path of the window. */
export function standIns() {
  const folder = join(scratch, 'bin')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'xdg-open')
  writeFileSync(file, `#!/bin/sh\n[ -f "${authority}" ] && export NODE_EXTRA_CA_CERTS="${authority}"\nexec "${process.execPath}" "${join(here, 'browser.mjs')}" "$@"\n`)
  chmodSync(file, 0o755)
  browseAs(undefined)
  return `${folder}:${process.env.PATH}`
}
const browseAs = (who) => writeFileSync(join(scratch, 'browser.json'), JSON.stringify({ who }))
const browsed = () => {
  try {
    return readFileSync(join(scratch, 'browser.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line))
  } catch {
    return []
  }
}

function startProvider(client) {
  const clients = [{ client_id: 'purser', client_secret: secret, ...client, grant_types: ['authorization_code'], response_types: ['code'] }]
  const child = spawn(process.execPath, ['oidc.mjs', JSON.stringify({ clients, people })], { cwd: join(here, '../parties'), stdio: ['pipe', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the provider ended with ${code}`)))
    child.stdout.on('data', (chunk) => {
      const found = /listening (\S+)/.exec(String(chunk))
      if (found) resolve({ issuer: found[1], stop: () => child.kill('SIGTERM') })
    })
  })
}

const GO = 'history.pushState(null, "", arguments[0]); dispatchEvent(new PopStateEvent("popstate"))'

/** `page` is asked for anew each time: the window may be another by then. */
export async function otherWaysIn({ page, owner, holdsToken }) {
  let provider
  const whoIsIn = async () => (await page().ask('GET', '/api/v1/auth/me')).json?.data?.email
  const out = async () => {
    await page().ask('POST', '/api/v1/auth/logout', {})
    await page().run('location.assign("/sign-in")')
    await page().find('textbox', '^E-mail')
  }
  const asked = async (method, path, body) => {
    const reply = await page().ask(method, path, body)
    holds(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text.slice(0, 300)}`)
    return reply.json?.data
  }

  await step('a provider is set up, and the browser is opened for it and called off', async () => {
    // A native client: what its browser is sent back to is this machine, at any port.
    provider = await startProvider({ application_type: 'native', redirect_uris: ['http://127.0.0.1/api/v1/auth/providers/callback'] })
    const { id } = await asked('POST', '/api/v1/providers', { kind: 'oidc', name: 'Lighthouse', issuer: provider.issuer, clientId: 'purser', secret, createPeople: true })
    const test = await asked('POST', `/api/v1/providers/${id}/test`, {})
    holds(test.ok, JSON.stringify(test))
    await out()
    await page().click('button', '^Sign in with Lighthouse')
    await page().sees('Your browser was opened')
    await until('the browser', () => browsed().some(({ opened }) => opened?.startsWith(provider.issuer)))
    await page().click('button', '^Cancel$')
    await until('the end of waiting', async () => !(await page().text()).includes('Your browser was opened'))
    same(await whoIsIn(), undefined, 'who is signed in')
    holds(!/called it off|failed|went wrong/i.test(await page().text()), 'a change of mind is told as a failure')
  })

  await step('somebody signs in at the provider, in the browser, and the window is theirs', async () => {
    browseAs('mia')
    await page().click('button', '^Sign in with Lighthouse')
    await until('the window to be hers', async () => (await whoIsIn()) === people.mia.email)
    await until('the way out of the sign-in', async () => !(await page().path()).startsWith('/sign-in'))
    const last = browsed().at(-1)
    same([last.ended, last.status], ['/signed-in', 200], 'where the browser ended')
    holds(last.page.includes('go back to Purser'), last.page)
    const kept = await page().run('return JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])')
    holds(!holdsToken(kept), `the page keeps ${kept}`)
  })

  await step('somebody who says no there is told so', async () => {
    await out()
    browseAs('nobody')
    await page().click('button', '^Sign in with Lighthouse')
    await page().sees('You said no at the provider')
    same(await whoIsIn(), undefined, 'who is signed in')
  })

  let code
  await step('the owner links the provider to the account, from the window', async () => {
    await signIn(page(), owner)
    browseAs('ada')
    code = (await asked('POST', '/api/v1/break-glass', {})).code
    await page().run(GO, '/account')
    await page().click('button', '^Link another')
    await page().click('menuitem', '^Lighthouse')
    await page().sees('Lighthouse is linked')
    const { identities } = await asked('GET', '/api/v1/auth/identities')
    same(identities.map(({ email }) => email), [people.ada.email], 'what is linked')
    await out()
    await page().click('button', '^Sign in with Lighthouse')
    await until('the window to be hers', async () => (await whoIsIn()) === owner.email)
  })

  await step('a sealed code opens the window once', async () => {
    await out()
    await page().click('button', '^Use a sealed code')
    await page().type('^Sealed code', code)
    await page().type('^Reason', 'Nobody else gets in')
    await page().click('button', '^Open the sealed way in')
    await page().sees('You are in by a sealed code')
    const reply = await page().ask('POST', '/api/v1/auth/break-glass', { code, reason: 'Once more' })
    same(reply.status, 401, 'the same code again')
    holds(!holdsToken(reply.text), 'a token in the refusal')
    await out()
  })

  await step('the password still opens the window, which says where passkeys work', async () => {
    await page().sees('Passkeys do not work in this window')
    await signIn(page(), owner)
    await pause(100)
  })
  provider?.stop()
}

/** The same from a window on another Purser: the browser goes by way of that one's address, and comes back to the window all the same. */
export async function throughAnother({ page, owner, address, certificate, holdsToken }) {
  const ask = async (method, path, body) => (await page.ask(method, path, body)).json?.data
  await step('somebody signs in at a provider from the window, to the other Purser', async () => {
    copyFileSync(certificate, authority)
    const provider = await startProvider({ redirect_uris: [`${address}/api/v1/auth/providers/callback`] })
    const added = await page.ask('POST', '/api/v1/providers', { kind: 'oidc', name: 'Beacon', issuer: provider.issuer, clientId: 'purser', secret, createPeople: true })
    same(added.status, 201, added.text)
    await ask('POST', '/api/v1/auth/logout', {})
    browseAs('mia')
    await page.run('location.assign("/sign-in")')
    await page.click('button', '^Sign in with Beacon')
    await until('the window to be hers', async () => (await ask('GET', '/api/v1/auth/me'))?.email === people.mia.email)
    same(browsed().at(-1).ended, '/signed-in', 'where the browser ended')
    const kept = await page.run('return JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])')
    holds(!holdsToken(kept), `the page keeps ${kept}`)
    await ask('POST', '/api/v1/auth/logout', {})
    await page.run('location.assign("/sign-in")')
    await signIn(page, owner)
    provider.stop()
  })
}

async function signIn(page, { email, password }) {
  await page.type('^E-mail', email)
  await page.type('^Password', password)
  await page.click('button', '^Sign in$')
  await until('the first page', async () => !(await page.path()).startsWith('/sign-in'))
}
