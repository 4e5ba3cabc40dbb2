/** The log's lines carry the engine's names for what was done and to what; every one the engine writes has a word. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogs } from './index'

const { deed, thing, jobKind, runKind } = catalogs.en
const service = join(import.meta.dirname, '../../../src-tauri/crates/service/src')
const sources = readdirSync(service, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.rs'))
  .map((name) => readFileSync(join(service, name), 'utf8').split('#[cfg(test)]')[0] ?? '')
  .filter((text) => text.includes('Line::new('))
const kinds = new Set([...sources.join('').matchAll(/Line::new\(\s*[^,]+,\s*"(\w+)"/g)].map((found) => found[1] ?? ''))
/** Where a line is written, its name is a literal nearby; jobs and runs are named likewise and have words of their own. */
const actions = new Set([...sources.join('').matchAll(/"([a-z_]+)\.(?!csv)[a-z_]+"/g)].filter((found) => kinds.has(found[1] ?? '') || Object.keys(deed).some((name) => name.startsWith(`${found[1]}.`))).map((found) => found[0].slice(1, -1)))

describe('the log', () => {
  it('is read at all', () => expect([kinds.size > 20, actions.size > 100]).toEqual([true, true]))
  it('has a word for everything done', () => expect([...actions].filter((name) => !(name in deed) && !(name in jobKind) && !(name in runKind))).toEqual([]))
  it('has a word for everything it was done to', () => expect([...kinds].filter((name) => !(name in thing))).toEqual([]))
})
