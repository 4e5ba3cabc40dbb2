/** A picture of a product, fetched with the reader's own right and kept while the page is open: a file never changes. */
import { useQuery } from '@tanstack/react-query'
import { ImageOff } from 'lucide-react'
import { useCallback } from 'react'
import { full } from '@/api/client'
import { problemFrom } from '@/api/problem'
import { send } from '@/api/send'

export const pictureKey = (file: string) => ['picture', file]

// By the file alone: the variants of a product show the same one, each through a way of its own.
const bytesOf = (product: string, file: string, kept: number) => ({
  queryKey: pictureKey(file),
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const response = await send({ method: 'GET', path: full(`/products/${product}/pictures/${file}`), signal })
    if (!response.ok) throw await problemFrom(response)
    return response.blob()
  },
  staleTime: Infinity,
  gcTime: kept,
  retry: 1,
})

const MINUTE = 60_000

/** `kept`: how long its bytes stay when nothing shows it any more. */
export function Picture({ product, file, alt, kept = 10 * MINUTE }: { product: string; file: string; alt: string; kept?: number }) {
  const bytes = useQuery(bytesOf(product, file, kept))
  const blob = bytes.data
  // The address lives as long as the element that shows it.
  const show = useCallback(
    (image: HTMLImageElement | null) => {
      if (!image || !blob) return
      const url = URL.createObjectURL(blob)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [blob],
  )
  if (bytes.isError) return <span className="picture-lost" role="img" aria-label={alt}><ImageOff size={16} aria-hidden /></span>
  return blob ? <img ref={show} className="picture" alt={alt} decoding="async" draggable={false} /> : <span className="picture-wait" />
}

/** Small, beside a name that says what it is; an empty place where there is none, so that names stand in one line. A list has many, so they go soon. */
export const Thumb = ({ product, file }: { product: string; file?: string | null | undefined }) => <span className="thumb">{file && <Picture product={product} file={file} alt="" kept={MINUTE} />}</span>
