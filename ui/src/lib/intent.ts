/**
 * The key of a deed that moves money. It belongs to what is meant, not to one press of the button: asking for the same again
 * after a lost reply, even after reading the page anew, carries the same key, so that it happens once.
 */
const STORE = 'purser.intents'
const MOST = 40

const read = (): Record<string, string> => {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}
const write = (all: Record<string, string>) => {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(Object.fromEntries(Object.entries(all).slice(-MOST))))
  } catch {
    // Refused: the key still holds while the dialog is open, because the form keeps its own.
  }
}

/** The key for `meant`; `made` is used for it if none was given out before. */
export function keyFor(meant: string, made: string): string {
  const all = read()
  const known = all[meant]
  if (known) return known
  write({ ...all, [meant]: made })
  return made
}
/** A clear answer came: meaning the same again is a new deed. */
export function answered(meant: string) {
  write(Object.fromEntries(Object.entries(read()).filter(([known]) => known !== meant)))
}
export const isOpen = (meant: string) => meant in read()
