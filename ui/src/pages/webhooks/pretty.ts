/** A message as people read it; one that is no JSON stays as it came. */
export function pretty(body: string) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
