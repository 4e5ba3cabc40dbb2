/** Steps of one journey, told the way Rust's tests are told, so that one tally counts both. A journey stops at its first fault. */

const done = []
let failed

export async function step(name, deed) {
  if (failed) return done.push({ name, skipped: true })
  const began = Date.now()
  try {
    await deed()
    console.log(`test ${name} ... ok (${Date.now() - began} ms)`)
    done.push({ name })
  } catch (error) {
    failed = { name, error }
    console.log(`test ${name} ... FAILED\n${error.stack ?? error}`)
  }
}
export const hasFailed = () => failed !== undefined

export function result() {
  const passed = done.filter((entry) => !entry.skipped).length
  const ignored = done.length - passed
  console.log(`test result: ${failed ? 'FAILED' : 'ok'}. ${passed} passed; ${failed ? 1 : 0} failed; ${ignored} ignored; 0 measured; 0 filtered out`)
  return failed ? 1 : 0
}

export function holds(condition, words) {
  if (!condition) throw new Error(words)
}
export function same(found, wanted, words) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (a !== b) throw new Error(`${words}: found ${a}, wanted ${b}`)
}
