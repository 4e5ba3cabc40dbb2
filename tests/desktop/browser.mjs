/**
 * The "system's browser" of the journey: what the desktop hands an address to. It goes where a browser would go, with its cookies, and says
 * what it saw. `browser.json` in the journey's folder names whom it signs in as; without a name it only looks at the address.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const { PURSER_SCRATCH: scratch } = process.env
const told = (line) => appendFileSync(join(scratch, 'browser.log'), `${JSON.stringify(line)}\n`)

const first = process.argv[2]
told({ opened: first })
const { who } = JSON.parse(readFileSync(join(scratch, 'browser.json'), 'utf8'))
if (who) {
  const jar = new Map()
  let at = new URL(first)
  at.searchParams.set('login_hint', who)
  for (let steps = 0; steps < 20; steps += 1) {
    const cookies = [...(jar.get(at.host) ?? new Map())].map(([name, value]) => `${name}=${value}`).join('; ')
    const reply = await fetch(at, { redirect: 'manual', headers: { accept: 'text/html', ...(cookies ? { cookie: cookies } : {}) } })
    const kept = jar.get(at.host) ?? new Map()
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)
      kept.set(name, value)
    }
    jar.set(at.host, kept)
    const to = reply.headers.get('location')
    if (!to) {
      told({ ended: at.pathname, status: reply.status, page: await reply.text() })
      break
    }
    at = new URL(to, at)
  }
}
