/** Pieces that came, went or were counted. What the books of the shelf say afterwards is told before. */
import { post } from '@/api/client'
import type { Product } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { filled, useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { onShelf } from './count'

const kinds = ['received', 'returned', 'corrected', 'counted'] as const

export function MoveStock({ product, onClose, onDone }: { product: Product; onClose: () => void; onDone: (next: Product) => void }) {
  const shelf = onShelf(product)
  const form = useForm({
    initial: { kind: 'received' as string, quantity: '', reason: '' },
    check: (values) => {
      const text = values.quantity.trim().replace('\u2212', '-')
      const good = values.kind === 'corrected' ? /^[+-]?\d{1,9}$/.test(text) && Number(text) !== 0 : /^\d{1,9}$/.test(text) && (values.kind === 'counted' || Number(text) > 0)
      return { ...(good ? {} : { quantity: t(values.kind === 'corrected' ? 'stock.correctedWrong' : 'products.wrongStock') }), ...(values.kind === 'corrected' && !values.reason.trim() ? { reason: t('refund.needsReason') } : {}) }
    },
    send: (values, key) => post<Product>(`/products/${product.id}/stock`, { kind: values.kind, quantity: Number(values.quantity.trim().replace('\u2212', '-')), reason: filled(values.reason) }, key),
    onDone,
  })
  const { kind, quantity } = form.values
  const n = Number(quantity.trim().replace('\u2212', '-'))
  const after = quantity.trim() === '' || Number.isNaN(n) ? undefined : kind === 'counted' ? n : shelf + n
  return (
    <FormDialog form={form} title={t('stock.moveTitle', { name: product.name })} lead={t('stock.moveLead', { shelf: number(shelf), reserved: number(product.reserved) })} deed={t('stock.moveDeed')} onClose={onClose}>
      <SelectField form={form} name="kind" label={t('stock.what')} options={kinds.map((value) => ({ value, label: word('stockDeed', value) }))} />
      <TextField form={form} name="quantity" label={t('stock.pieces')} {...(kind === 'corrected' ? { hint: t('stock.correctedHint') } : {})} suffix={t('products.pieces')} decimal autoFocus />
      <TextField form={form} name="reason" label={t('common.reason')} max={500} optional={kind !== 'corrected'} />
      {after !== undefined && after >= 0 && (
        <p className="effect" role="status">
          {t('stock.after', { shelf: number(after), sellable: number(Math.max(0, after - product.reserved)) })}
        </p>
      )}
    </FormDialog>
  )
}
