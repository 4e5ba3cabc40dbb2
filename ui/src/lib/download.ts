/** Saving what the engine sends: the window's own dialog on the desktop, the browser's way elsewhere; streamed where it can be. */
import { full, post, withParams, type Params } from '@/api/client'
import { problemFrom } from '@/api/problem'
import { send } from '@/api/send'
import { has } from '@/shell'

type Picker = (options: { suggestedName: string }) => Promise<{ createWritable: () => Promise<WritableStream<Uint8Array>> }>

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
  const response = await send({ method: 'GET', path: whole })
  if (!response.ok) throw await problemFrom(response)
  const given = nameFrom(response.headers.get('content-disposition')) ?? name
  if (handle && response.body) {
    await response.body.pipeTo(await handle.createWritable())
    return given
  }
  offer(await response.blob(), given)
  return given
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
