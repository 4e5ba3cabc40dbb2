/**
 * What others change, as it happens: server-sent events read by fetch (an EventSource cannot carry a bearer) in a
 * browser, one channel on the desktop. Resumes from the last number seen; a gap tells listeners to read again.
 *
 * A browser keeps six connections to one server, for all its tabs and for the pages it keeps to go back to. So only a page that is looked at
 * listens; one that is not lets go, and takes up where it was once it is looked at again.
 */
import { isDesktop } from '@/shell'
import { full } from './client'
import { send } from './send'
import type { Change, ShellEvent } from './shapes'

export type Live = 'connecting' | 'live' | 'lost'
export type Heard = { kind: 'change'; change: Change } | { kind: 'gap' } | { kind: 'shell'; event: ShellEvent }

const listeners = new Set<(heard: Heard) => void>()
const watchers = new Set<() => void>()
let live: Live = 'connecting'
let last = ''
let stop: AbortController | undefined
/** Somebody is signed in here. */
let wanted = false
let heardBefore = false

export const subscribe = (listener: (heard: Heard) => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
export const watchLive = (watcher: () => void) => {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}
export const liveNow = () => live

const setLive = (next: Live) => {
  if (live === next) return
  live = next
  watchers.forEach((watcher) => watcher())
}
const tell = (heard: Heard) => listeners.forEach((listener) => listener(heard))

export type Frame = { id?: string; event: string; data: string }

/** Cuts a stream's text into frames and keeps the unfinished rest. */
export function frames(text: string): { frames: Frame[]; rest: string } {
  const parts = text.replaceAll('\r\n', '\n').split('\n\n')
  const rest = parts.pop() ?? ''
  const found = parts.flatMap((part): Frame[] => {
    const frame: Frame = { event: 'message', data: '' }
    const data: string[] = []
    for (const line of part.split('\n')) {
      if (line.startsWith(':')) continue
      const colon = line.indexOf(':')
      const name = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (name === 'id') frame.id = value
      else if (name === 'event') frame.event = value
      else if (name === 'data') data.push(value)
    }
    frame.data = data.join('\n')
    return frame.id === undefined && data.length === 0 && frame.event === 'message' ? [] : [frame]
  })
  return { frames: found, rest }
}

function take(frame: Frame) {
  if (frame.id) last = frame.id
  if (frame.event === 'gap') tell({ kind: 'gap' })
  else if (frame.event === 'change') tell({ kind: 'change', change: JSON.parse(frame.data) as Change })
}

async function listen(signal: AbortSignal) {
  const response = await send({
    method: 'GET',
    path: full('/events'),
    headers: { accept: 'text/event-stream', ...(last ? { 'last-event-id': last } : {}) },
    signal,
  })
  if (!response.ok || !response.body) throw new Error(`events: ${response.status}`)
  setLive('live')
  // It listened before and has no number to go on from: whatever happened meanwhile is read again.
  if (heardBefore && !last) tell({ kind: 'gap' })
  heardBefore = true
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const cut = frames(text + value)
    text = cut.rest
    cut.frames.forEach(take)
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })

async function keepListening(signal: AbortSignal) {
  let wait = 500
  while (!signal.aborted) {
    const began = Date.now()
    try {
      await listen(signal)
    } catch {
      // Said by the live mark; the loop tries again.
    }
    if (signal.aborted) return
    setLive('lost')
    wait = Date.now() - began > 10_000 ? 500 : Math.min(wait * 2, 15_000)
    await pause(wait, signal)
  }
}

type ShellMessage = ShellEvent | { topic: 'live'; state: Live } | { topic: 'gap' } | Change

async function listenToShell() {
  const { Channel, invoke } = await import('@tauri-apps/api/core')
  const channel = new Channel<ShellMessage>()
  channel.onmessage = (message) => {
    if (message.topic === 'shell') tell({ kind: 'shell', event: message })
    else if (message.topic === 'live') setLive(message.state)
    else if (message.topic === 'gap') tell({ kind: 'gap' })
    else tell({ kind: 'change', change: message })
  }
  await invoke('events', { channel })
  setLive('live')
}

let shellStarted = false
/** Begins listening; on the desktop once for the window's life (menu events come before anyone signs in). */
export function startEvents() {
  if (isDesktop) {
    if (!shellStarted) {
      shellStarted = true
      void listenToShell().catch(() => setLive('lost'))
    }
    return
  }
  wanted = true
  if (!watching) {
    watching = true
    document.addEventListener('visibilitychange', () => (document.hidden ? letGo() : takeUp()))
    // A page that is left may be kept as it is, to go back to.
    window.addEventListener('pagehide', letGo)
    window.addEventListener('pageshow', takeUp)
  }
  letGo()
  takeUp()
}
let watching = false
function letGo() {
  stop?.abort()
  stop = undefined
}
function takeUp() {
  if (!wanted || stop || document.hidden) return
  stop = new AbortController()
  void keepListening(stop.signal)
}
export function stopEvents() {
  wanted = false
  heardBefore = false
  letGo()
}
