/**
 * Purser itself, started for these journeys: the binary of PURSER_BIN on an empty data folder and a free port. With PURSER_URL
 * the journeys go to one that already runs instead (it has to be empty, because they begin with the set-up).
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PATIENCE = 60_000

/** Resolves with the address of the first line `purser listening on http://…`. */
function firstLine(child, said) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Purser did not start within ${PATIENCE / 1000} s.\n${said()}`)), PATIENCE)
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      const found = /purser listening on (http:\/\/\S+)/.exec(text)
      if (!found) return
      clearTimeout(timer)
      resolve(found[1].replace(/\/$/, ''))
    })
    child.once('error', (error) => (clearTimeout(timer), reject(error)))
    child.once('exit', (code) => (clearTimeout(timer), reject(new Error(`Purser ended with ${code} before it listened.\n${said()}`))))
  })
}

/** `env` adds settings to those it is started with. */
export async function startEngine(env = {}) {
  const given = process.env.PURSER_URL
  if (given) return { base: given.replace(/\/$/, ''), stop: async () => undefined }
  const binary = process.env.PURSER_BIN
  if (!binary) throw new Error('Set PURSER_BIN to the purser binary, or PURSER_URL to a running, empty Purser.')
  const data = await mkdtemp(join(tmpdir(), 'purser-e2e-'))
  const child = spawn(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let errors = ''
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-8_000)))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await ended
    clearTimeout(timer)
    await rm(data, { recursive: true, force: true })
  }
  try {
    return { base: await firstLine(child, () => errors), stop }
  } catch (error) {
    child.kill('SIGKILL')
    await rm(data, { recursive: true, force: true })
    throw error
  }
}

/** A caller of the API, for what a journey needs to be there but is not about; `app` gives the codes of whoever has a second factor. */
export async function caller(base, email, password, app) {
  const call = async (method, path, body) => {
    const headers = { 'content-type': 'application/json', ...(call.token ? { authorization: `Bearer ${call.token}` } : {}), ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}) }
    const response = await fetch(`${base}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text ? JSON.parse(text).data : undefined
  }
  let reply = await call('POST', '/auth/login', { email, password, tokenDelivery: 'body' })
  if (reply.challenge && app) reply = await call('POST', '/auth/challenge/totp', { challenge: reply.challenge, code: await app(), tokenDelivery: 'body' })
  call.token = reply.accessToken
  return call
}
