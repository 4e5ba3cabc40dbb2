/** Where a list stood when it was left, so that the way back leads to the same filters and not to all of it. */
const last = new Map<string, string>()

export const leaveList = (path: string, href: string) => void last.set(path, href)
export const backTo = (path: string) => last.get(path) ?? path
