/** Chromium, a page whose complaints are kept, and axe. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import { chromium } from 'playwright-core'

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/snap/bin/chromium']
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export function openBrowser() {
  const executablePath = process.env.PURSER_CHROMIUM ?? usual.find((path) => existsSync(path))
  if (!executablePath) throw new Error('No Chromium found. Install it, or set PURSER_CHROMIUM to its path.')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
}

/** A window of its own, as a new person would have; `complaints` gathers what the page says in its console. */
export async function openPage(browser, base, { scheme = 'light', width = 1440, height = 900, storageState } = {}) {
  const context = await browser.newContext({ baseURL: base, locale: 'en-GB', timezoneId: 'Europe/Oslo', colorScheme: scheme, viewport: { width, height }, reducedMotion: 'reduce', ...(storageState ? { storageState } : {}) })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // A refused request is part of some journeys; what the page says about its own code never is.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(message.text())
  })
  return { page, context, complaints }
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Fails with what axe finds wrong on the page as it stands; `without` names rules that do not apply to what is open. */
export async function axeClean(page, name, without = []) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  const found = await page.evaluate(async ({ tags, off }) => (await globalThis.axe.run({ runOnly: tags, rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])) })).violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`).join('\n    ')}`), { tags: rules, off: without })
  assert.deepEqual(found, [], `axe on ${name}:\n  ${found.join('\n  ')}`)
}
/** Waits until nothing on the page is still loading. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('.bone') && document.querySelector('h1') !== null)
  // One more breath: what a list does after its first rows.
  await page.waitForTimeout(250)
}

const PATIENCE = 20_000
/** Asks until the answer is good, as long as the page is waited for; gives what was said last. */
export async function until(ask, good, patience = PATIENCE) {
  const end = Date.now() + patience
  for (;;) {
    const found = await ask()
    if (good(found) || Date.now() > end) return found
    await new Promise((done) => setTimeout(done, 100))
  }
}
/** What is not so yet, because the page or the engine is still at it, but comes to be; fails with what it stayed at. */
export async function becomes(ask, wanted, message) {
  assert.deepEqual(await until(ask, (found) => isDeepStrictEqual(found, wanted)), wanted, message)
}
