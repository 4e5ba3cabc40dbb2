/** Changes of a product's pictures: shown at once, sent one after the other, each on top of what the engine has by then. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { get, read, request } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { ProductPicture, ProductPictures } from '@/api/shapes'

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

export function useGallery(id: string) {
  const client = useQueryClient()
  const options = read<ProductPictures>(path(id))
  const gallery = useQuery(options)
  const line = useRef<Promise<unknown>>(Promise.resolve())
  const waiting = useRef(0)
  const change = (how: Change): Promise<ProductPictures> => {
    client.setQueryData(options.queryKey, (now) => now && { ...now, pictures: how(now.pictures) })
    waiting.current += 1
    const sent = line.current.then(() => apply(id, how))
    line.current = sent
      .catch(() => undefined)
      .then(() => {
        waiting.current -= 1
        // While more is under way, what the engine has is not yet what is meant.
        if (waiting.current === 0) return client.invalidateQueries({ queryKey: ['products'] })
      })
    return sent
  }
  return { gallery, change }
}
