/**
 * What stands behind `#token=` in a link from a mail. It is read once and taken out of the address, so that it is neither in
 * the history nor in what somebody copies.
 */
let taken: { path: string; token: string } | undefined

export function takeToken(): string {
  const { pathname, search, hash } = window.location
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')
  if (token) {
    taken = { path: pathname, token }
    window.history.replaceState(window.history.state, '', pathname + search)
  }
  return taken?.path === pathname ? taken.token : ''
}
