/** One line of an order that is being put together: counted up and down, or taken out. Each change is told as it is made. */
import { Minus, Plus, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { Money as MoneyValue } from '@/api/shapes'
import { t } from '@/i18n'
import { IconButton } from '@/parts/button'
import { Thumb } from '@/parts/picture'
import { Money } from '@/parts/values'

type Props = {
  name: string
  sku: string
  /** The product and its first picture. */
  picture?: { product: string | null | undefined; file: string | null | undefined }
  quantity: number
  sum: MoneyValue
  /** What is to be known about it: too few, dearer than before. */
  note?: ReactNode
  wrong?: boolean
  busy?: boolean
  /** Tells a typed number only when it is finished: where each change is a request of its own. */
  whenDone?: boolean
  onQuantity: (n: number) => void
  onRemove: () => void
}
const within = (n: number) => Math.max(1, Math.min(9_999, n))

export function LineEdit({ name, sku, picture, quantity, sum, note, wrong, busy, whenDone, onQuantity, onRemove }: Props) {
  const [typed, setTyped] = useState<string>()
  const tell = (text: string) => onQuantity(within(Math.trunc(Number(text)) || 1))
  const finish = () => {
    if (typed !== undefined && whenDone && Number(typed) !== quantity) tell(typed)
    setTyped(undefined)
  }
  return (
    <div className="line-edit" aria-busy={busy || undefined}>
      <span className="line-name">
        {picture?.product && picture.file && <Thumb product={picture.product} file={picture.file} />}
        {name} <code>{sku}</code>
        {note && <span className={wrong ? 'field-error' : 'field-hint'}>{note}</span>}
      </span>
      <span className="line-qty">
        <IconButton label={t('orders.fewer', { name })} hint={false} busy={busy ?? false} onClick={() => quantity > 1 && onQuantity(within(quantity - 1))}>
          <Minus size={13} />
        </IconButton>
        <input
          className="input input-small num"
          inputMode="numeric"
          aria-label={t('orders.quantityOf', { name })}
          value={typed ?? quantity}
          onChange={(event) => (setTyped(event.target.value), !whenDone && tell(event.target.value))}
          onBlur={finish}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey && whenDone) {
              event.preventDefault()
              finish()
            }
            if (event.key !== 'Escape' || typed === undefined) return
            event.stopPropagation()
            setTyped(undefined)
          }}
        />
        <IconButton label={t('orders.moreOf', { name })} hint={false} busy={busy ?? false} onClick={() => onQuantity(within(quantity + 1))}>
          <Plus size={13} />
        </IconButton>
      </span>
      <span className="line-sum">
        <Money value={sum} />
      </span>
      <IconButton label={t('orders.removeLine', { name })} hint={false} busy={busy ?? false} onClick={onRemove}>
        <X size={14} />
      </IconButton>
    </div>
  )
}
