/**
 * A real window, driven: WebDriver over plain HTTP to tauri-driver, which starts the desktop program it is told to.
 * Nothing of the journey may enter; that is `journey.mjs`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { writeFileSync } from 'node:fs'

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Tries until it holds; says what was waited for when it does not. */
export async function until(what, attempt, limit = 20_000) {
  const end = Date.now() + limit
  let last
  while (Date.now() < end) {
    try {
      const found = await attempt()
      if (found) return found
    } catch (error) {
      last = error
    }
    await pause(60)
  }
  throw new Error(`waited ${limit / 1000} s for: ${what}${last ? ` (${last.message})` : ''}`)
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

const started = []
/** A program that ends with the test, whatever happens. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const out = { text: '' }
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (out.text += chunk))
  child.on('error', (error) => (out.text += `${command}: ${error.message}`))
  started.push(child)
  return { child, out }
}
export function stopAll() {
  for (const child of started.reverse()) if (child.exitCode === null) child.kill('SIGTERM')
}

/** The process `pid` and all it started. */
export class Driver {
  static async start({ driver, native, env }) {
    const port = await freePort()
    const nativePort = await freePort()
    const running = start(driver, ['--port', String(port), '--native-port', String(nativePort), '--native-driver', native], { env })
    const self = new Driver()
    self.base = `http://127.0.0.1:${port}`
    self.running = running
    await until('the driver', async () => (await fetch(`${self.base}/status`)).ok)
    return self
  }

  async call(method, path, body) {
    const reply = await fetch(this.base + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })
    const { value } = await reply.json()
    if (!reply.ok) throw new Error(`${method} ${path.replace(/\/session\/[^/]+/, '')}: ${value?.error}: ${value?.message?.split('\n')[0]}`)
    return value
  }

  /** Starts the program and waits for its window. */
  async open(application, args) {
    const capabilities = { alwaysMatch: { browserName: 'wry', 'tauri:options': { application, args } } }
    const { sessionId } = await this.call('POST', '/session', { capabilities })
    return new Page(this, `/session/${sessionId}`)
  }
}

const KEY = 'element-6066-11e4-a52e-4f735466cecf'
/** Found by what a person reads: the accessible name as far as markup gives it. */
const FIND = `
  const [role, name, nth] = arguments
  const tags = { button: 'button,[role=button]', link: 'a[href]', textbox: 'input,textarea', heading: 'h1,h2,h3,[role=heading]', dialog: '[role=dialog],[role=alertdialog]', any: '*', combobox: 'select,[role=combobox]', option: 'option,[role=option]', menuitem: '[role=menuitem]', radio: '[role=radio],input[type=radio]', row: '[role=row],tr', reason: 'dialog label,[role=dialog] label,[role=dialog] button,[role=dialog] [role=radio]' }
  const text = (id) => document.getElementById(id)?.textContent ?? ''
  const named = (node) => (node.getAttribute('aria-label') ?? (node.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean).map(text).join(' ') ?? '')
    || [...(node.labels ?? [])].map((label) => label.textContent).join(' ') || node.textContent || node.getAttribute('placeholder') || node.getAttribute('title') || ''
  const seen = (node) => { const box = node.getBoundingClientRect(); return box.width > 0 && box.height > 0 && getComputedStyle(node).visibility !== 'hidden' }
  const wanted = new RegExp(name, 'i')
  return [...document.querySelectorAll(tags[role])].filter((node) => seen(node) && wanted.test(named(node).trim()))[nth] ?? null`

export class Page {
  constructor(driver, session) {
    this.driver = driver
    this.session = session
  }
  run(script, ...args) {
    return this.driver.call('POST', `${this.session}/execute/sync`, { script, args })
  }
  /** Awaits a promise made by `script`. */
  runAsync(script, ...args) {
    const wrapped = `const done = arguments[arguments.length - 1]; (async (...args) => { ${script} })(...[...arguments].slice(0, -1)).then((value) => done({ value }), (error) => done({ error: String(error) }))`
    return this.driver.call('POST', `${this.session}/execute/async`, { script: wrapped, args }).then(({ value, error }) => {
      if (error) throw new Error(error)
      return value
    })
  }
  find(role, name, { nth = 0, limit } = {}) {
    return until(`${role} “${name}”`, () => this.run(FIND, role, name, nth), limit)
  }
  async has(role, name) {
    return (await this.run(FIND, role, name, 0)) !== null
  }
  async click(role, name, options) {
    // A page that draws itself anew while we look takes the element away; then look again.
    await until(`a click on ${role} “${name}”`, async () => {
      const node = await this.run(FIND, role, name, options?.nth ?? 0)
      if (!node) return false
      await this.driver.call('POST', `${this.session}/element/${node[KEY]}/click`, {})
      return true
    })
  }
  async type(name, words) {
    const node = await this.find('textbox', name)
    await this.driver.call('POST', `${this.session}/element/${node[KEY]}/clear`, {})
    await this.driver.call('POST', `${this.session}/element/${node[KEY]}/value`, { text: words })
  }
  text() {
    return this.run('return document.body.innerText')
  }
  sees(words, limit) {
    return until(`the words “${words}”`, async () => (await this.text()).includes(words), limit)
  }
  path() {
    return this.run('return location.pathname + location.search')
  }
  async picture(file) {
    writeFileSync(file, Buffer.from(await this.driver.call('GET', `${this.session}/screenshot`), 'base64'))
  }
  close() {
    return this.driver.call('DELETE', this.session)
  }
  /** One request through the page's own door, as the page would make it. */
  ask(method, path, body) {
    return this.runAsync(
      `const [method, path, body] = args
      const bytes = body === null ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body))
      const headers = { 'x-method': method, 'x-path': path, 'x-headers': JSON.stringify({ ...(body === null ? {} : { 'content-type': 'application/json' }), ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}) }) }
      const raw = await window.__TAURI_INTERNALS__.invoke('api', bytes, { headers })
      const length = new DataView(raw).getUint32(0)
      const head = JSON.parse(new TextDecoder().decode(new Uint8Array(raw, 4, length)))
      const text = new TextDecoder().decode(raw.slice(4 + length))
      let json = null; try { json = JSON.parse(text) } catch {}
      return { status: head.status, headers: head.headers, text, json }`,
      method, path, body ?? null)
  }
}
