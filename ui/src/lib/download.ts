/** Saving what the engine sends: the window's own dialog on the desktop, the browser's way elsewhere; streamed where it can be. */
import { full, post, withParams, type Params } from '@/api/client'
import { problemFrom } from '@/api/problem'
import { send } from '@/api/send'
import { has } from '@/shell'

/** A file the person named; the browser makes it at once, empty. Not every browser can take it back. */
type Chosen = { createWritable: () => Promise<WritableStream<Uint8Array>>; getFile: () => Promise<File>; remove?: () => Promise<void> }
type Picker = (options: { suggestedName: string }) => Promise<Chosen>

/** Nothing came: what was made for it goes again. A file that was there before keeps what it holds. */
async function takeBack(chosen: Chosen | undefined) {
  try {
    if (chosen && (await chosen.getFile()).size === 0) await chosen.remove?.()
  } catch {
    // It is gone already, or the browser may not.
  }
}

const nameFrom = (header: string | null) => {
  const star = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '')?.[1]
  return star ? decodeURIComponent(star) : /filename="?([^";]+)/i.exec(header ?? '')?.[1]
}

/** Returns the name it was saved under, or undefined when the person changed their mind. */
export async function download(path: string, name: string, params: Params = {}): Promise<string | undefined> {
  const whole = withParams(full(path), params)
  if (has('nativeSave')) return (await post<{ name?: string } | null>('/shell/v1/save', { path: whole, name }))?.name
  const picker = (window as unknown as { showSaveFilePicker?: Picker }).showSaveFilePicker
  let handle
  try {
    // Asked first, while the click still counts as the person's wish.
    handle = await picker?.({ suggestedName: name })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
  }
  try {
    const response = await send({ method: 'GET', path: whole })
    if (!response.ok) throw await problemFrom(response)
    const given = nameFrom(response.headers.get('content-disposition')) ?? name
    if (handle && response.body) await response.body.pipeTo(await handle.createWritable())
    else offer(await response.blob(), given)
    return given
  } catch (error) {
    await takeBack(handle)
    throw error
  }
}

function offer(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** A text the page itself made, as a file; in a browser only, since the window saves what the engine sends and nothing else. */
export const canSaveText = () => !has('nativeSave')
export const saveText = (name: string, text: string) => offer(new Blob([text], { type: 'text/plain' }), name)
