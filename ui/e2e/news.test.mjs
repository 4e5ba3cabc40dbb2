/** Newsletters in a real browser: agreed to, written with what it looks like beside it, sent to three of whom one is refused, sent again to that one, left by the link. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { axeClean, becomes, openPage, settled } from './browser.mjs'
import { openBusiness } from './business.mjs'

/** A mail server of a few lines: refuses whom it is told to, and keeps what it took. */
function sink() {
  const refused = new Set()
  const taken = []
  const server = createServer((socket) => {
    let rest = ''
    let body
    let to = ''
    const say = (line) => socket.write(`${line}\r\n`)
    say('220 sink')
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      rest += chunk
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (body !== undefined) {
          if (line !== '.') {
            body += `${line}\n`
            continue
          }
          taken.push({ to, body })
          body = undefined
          say('250 taken')
          continue
        }
        const word = line.slice(0, 4).toUpperCase()
        if (word === 'RCPT') {
          to = /<([^>]*)>/.exec(line)?.[1] ?? ''
          say(refused.has(to) ? '550 5.1.1 user unknown' : '250 ok')
        } else if (word === 'DATA') {
          body = ''
          say('354 go on')
        } else if (word === 'QUIT') {
          socket.end('221 bye\r\n')
        } else say('250 sink')
      }
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, refused, taken, stop: () => server.close() })))
}

let mail, engine, owner, api, page, complaints, stop, toast
before(async () => {
  mail = await sink()
  ;({ engine, owner, api, page, complaints, stop, toast } = await openBusiness('Harbour News', 'news.test', { PURSER_SMTP_HOST: '127.0.0.1', PURSER_SMTP_PORT: String(mail.port), PURSER_SMTP_SECURITY: 'none', PURSER_SMTP_FROM: 'Harbour <harbour@news.test>' }))
  for (const name of ['Ada', 'Bo', 'Cleo']) {
    const person = await api('POST', '/users', { firstName: name, lastName: 'Reader', email: `${name.toLowerCase()}@news.test`, role: 'user' })
    if (name !== 'Ada') await api('PUT', `/users/${person.id}/newsletters`, { agreed: true, note: 'card at the counter' })
  }
  mail.refused.add('bo@news.test')
})
after(async () => {
  await stop?.()
  mail?.stop()
})
/** The link in the mail that asks somebody to prove their address. */
async function proof(email) {
  for (let tries = 0; tries < 100; tries++) {
    for (const one of mail.taken.filter((one) => one.to === email)) {
      // Quoted-printable: a long line goes on behind `=`, and `=` itself is `=3D`.
      const found = /(\/verify-email#token=[\w-]+)/.exec(one.body.replace(/=\n/g, '').replace(/=3D/g, '='))
      if (found) return found[1]
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`no mail to ${email}`)
}
const letters = () => mail.taken.filter((one) => /List-Unsubscribe-Post/.test(one.body))

describe('a newsletter', { concurrency: false }, () => {
  it('goes to nobody who did not agree', async () => {
    const [ada] = await api('GET', '/users?search=ada')
    await page.goto(`/people/${ada.id}`)
    const part = page.getByRole('region', { name: 'Newsletters' })
    await part.getByText('Never agreed').waitFor()
    await part.getByRole('button', { name: 'Agreed to newsletters' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('How they said so').fill('On the telephone')
    await axeClean(page, 'writing down that somebody agreed')
    await dialog.getByRole('button', { name: 'Agreed to newsletters' }).click()
    await part.getByText('On the telephone').waitFor()
    await settled(page)
    await axeClean(page, 'a person who agreed')
  })

  it('is written with what it looks like beside it', async () => {
    await page.goto('/mailbox')
    await page.getByRole('navigation', { name: 'Mailbox' }).getByRole('link', { name: 'Newsletters' }).click()
    await page.getByText('No newsletters yet').waitFor()
    await settled(page)
    await axeClean(page, 'no newsletters')
    await page.getByRole('button', { name: 'New newsletter' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Subject').fill('Autumn lanterns')
    await dialog.getByRole('button', { name: 'Write it' }).click()
    const text = page.getByRole('textbox', { name: 'Text' })
    await text.fill('## New lanterns\n\nHello {name},\n\nthe **storm** ones are in:\n\n- brass\n- steel\n\n[Look](https://shop.example/lanterns) <script>alert(1)</script>')
    const shown = page.getByTitle(/Text of the mail/).contentFrame()
    await shown.getByRole('heading', { name: 'New lanterns' }).waitFor()
    await shown.getByText('<script>alert(1)</script>').waitFor()
    await page.getByRole('button', { name: 'Save draft' }).click()
    await toast('Draft saved').waitFor()
    await settled(page)
    await axeClean(page, 'writing a newsletter')
    await page.getByRole('button', { name: 'Send to me' }).click()
    await toast(`The mail server took it for ${owner.email}`).waitFor()
    await becomes(() => letters().map((one) => one.to), [owner.email])
  })

  it('says how many get it, goes out, and again to whom it failed for', async () => {
    await page.getByRole('button', { name: 'Send…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('3 people get it').waitFor()
    await axeClean(page, 'before it goes out')
    await dialog.getByRole('button', { name: 'Send to 3 people' }).click()
    await page.locator('.record-marks').getByText('Sent', { exact: true }).waitFor()
    const failed = page.getByRole('region', { name: 'Not reached' })
    await failed.getByText('There is nobody at the address').waitFor()
    await failed.getByText('bo@news.test').waitFor()
    await settled(page)
    await axeClean(page, 'whom it did not reach')
    mail.refused.clear()
    await page.getByRole('button', { name: 'Send again to 1 person' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send again to 1 person' }).click()
    await page.getByRole('region', { name: 'Not reached' }).waitFor({ state: 'detached' })
    await becomes(() => letters().map((one) => one.to).sort(), ['ada@news.test', 'bo@news.test', 'cleo@news.test', owner.email].sort())
  })

  it('is left by its link, without signing in', async () => {
    const letter = letters().find((one) => one.to === 'cleo@news.test').body.replace(/\n[ \t]/g, '')
    const link = /List-Unsubscribe: ?<([^>]+)>/.exec(letter)[1]
    const { page: reader, context } = await openPage(page.context().browser(), engine.base)
    await reader.goto(new URL(link).pathname)
    await axeClean(reader, 'the page to unsubscribe at')
    await reader.getByRole('button', { name: 'Unsubscribe' }).click()
    await reader.getByText('No newsletter of Harbour News comes to you any more.').waitFor()
    await context.close()
    await page.goto('/mailbox/newsletters/left-out')
    await page.getByText('cleo@news.test').waitFor()
    await settled(page)
    await axeClean(page, 'addresses left out')
    await page.getByRole('button', { name: 'Take off the list' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('Asked for them again')
    await dialog.getByRole('button', { name: 'Take off the list' }).click()
    await toast('cleo@news.test is off the list').waitFor()
  })

  it('is everybody’s own to want once their address is proved, and waits for its time', async () => {
    await page.goto('/account')
    const part = page.getByRole('region', { name: 'Newsletters' })
    const want = part.getByRole('button', { name: 'Get newsletters' })
    await becomes(() => want.getAttribute('aria-disabled'), 'true')
    await page.getByRole('region', { name: 'Your address is not proved yet.' }).getByRole('button', { name: 'Send the mail again' }).click()
    await page.goto(await proof(owner.email))
    await page.getByRole('heading', { name: 'Address proved' }).waitFor()
    await page.goto('/account')
    await want.click()
    await part.getByText('On their account page').waitFor()
    const made = await api('POST', '/newsletters', { subjectEn: 'Winter', textEn: 'Snow.' })
    await page.goto(`/mailbox/newsletters/${made.id}`)
    await page.getByRole('button', { name: 'Send…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('At a time').check()
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
    await dialog.getByLabel(/^Time/).fill(`${day}T09:00`)
    await dialog.getByRole('button', { name: 'Send at that time' }).click()
    await page.getByRole('button', { name: 'Call back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Call back' }).click()
    await page.getByRole('button', { name: 'Save draft' }).waitFor()
    assert.deepEqual(complaints, [])
  })
})
