/** What the window around the page can do. Only this file, api/send.ts and api/events.ts know there is a shell. */
export const isDesktop = '__TAURI_INTERNALS__' in globalThis

export type Capability = 'profiles' | 'sharing' | 'dataFolder' | 'nativeSave'

const desktopOnly: Record<Capability, true> = { profiles: true, sharing: true, dataFolder: true, nativeSave: true }

/** Whether a capability is here; where it is not, the page says so rather than failing on a click. */
export const has = (capability: Capability) => isDesktop && desktopOnly[capability]

export const isMac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform)
/** The word for the modifier that opens the palette and confirms dialogs. */
export const mod = isMac ? '⌘' : 'Ctrl'
