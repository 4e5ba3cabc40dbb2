/** Changes of a product's pictures: shown at once, sent one after the other, each on top of what the engine has by then. */
import { hashKey, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { get, read, request } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { ProductPicture, ProductPictures } from '@/api/shapes'
import { onRead, write } from '@/lib/at-once'

export const MOST = 10
export const LARGEST = 5 * 1024 * 1024
export const TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']

export type Change = (pictures: ProductPicture[]) => ProductPicture[]

/** `file` takes the place `to`; the others close up. */
export const moved =
  (file: string, to: number): Change =>
  (pictures) => {
    const one = pictures.find((picture) => picture.fileId === file)
    if (!one) return pictures
    const rest = pictures.filter((picture) => picture !== one)
    return [...rest.slice(0, Math.max(0, to)), one, ...rest.slice(Math.max(0, to))]
  }
export const without =
  (file: string): Change =>
  (pictures) =>
    pictures.filter((picture) => picture.fileId !== file)
export const described =
  (file: string, alt: string): Change =>
  (pictures) =>
    pictures.map((picture) => (picture.fileId === file ? { ...picture, alt } : picture))
export const withOne =
  (one: ProductPicture): Change =>
  (pictures) => [...pictures.filter((picture) => picture.fileId !== one.fileId), one]

const path = (id: string) => `/products/${id}/pictures`
const put = async (id: string, { pictures, version }: ProductPictures) =>
  (await request<ProductPictures>('PUT', path(id), { body: { pictures: pictures.map(({ fileId, alt }) => ({ fileId, alt })) }, version })).data

/** Sent on top of what is there now; if somebody sells a piece in between, once more. */
async function apply(id: string, change: Change) {
  for (let tries = 0; ; tries += 1) {
    const now = await get<ProductPictures>(path(id))
    try {
      return await put(id, { ...now, pictures: change(now.pictures) })
    } catch (error) {
      if (!asProblem(error).stale || tries === 2) throw error
    }
  }
}

/** Changes are shown at once and sent one after the other; what is read meanwhile is shown with them. */
export function sending(client: QueryClient, id: string, send = apply) {
  const { queryKey } = read<ProductPictures>(path(id))
  const hash = hashKey(queryKey)
  let line: Promise<unknown> = Promise.resolve()
  let waiting = 0
  // All since nothing waited, for what is read may be older than the last answer. Done twice, they come to the same.
  let changes: Change[] = []
  let stop = () => {}
  const show = (all: Change[]) => write(() => client.setQueryData<ProductPictures>(queryKey, (now) => now && { ...now, pictures: all.reduce((pictures, how) => how(pictures), now.pictures) }))
  const done = () => {
    waiting -= 1
    // While more is under way, what the engine has is not yet what is meant.
    if (waiting > 0) return
    stop()
    changes = []
    return client.invalidateQueries({ queryKey: ['products'] })
  }
  return (how: Change): Promise<ProductPictures> => {
    if (waiting === 0) stop = onRead(client, (query) => query.queryHash === hash && show(changes))
    waiting += 1
    changes.push(how)
    show([how])
    const sent = line.then(() => send(id, how))
    line = sent.catch(() => (changes = changes.filter((one) => one !== how))).then(done)
    return sent
  }
}

export function useGallery(id: string) {
  const client = useQueryClient()
  const gallery = useQuery(read<ProductPictures>(path(id)))
  const change = useMemo(() => sending(client, id), [client, id])
  return { gallery, change }
}
