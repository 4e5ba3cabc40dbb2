/** Another cart goes into this one: its lines and coupons, and then it is over. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post } from '@/api/client'
import type { Cart, CartDetail } from '@/api/shapes'
import { FindField } from '@/forms/find'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { cartName } from '@/lib/text'
import { toast } from '@/parts/toasts'
import { cartQuery } from './change'

const nameOf = (cart: Cart) => [`${word('cartKind', cart.kind)} ${cartName(cart)}`, cart.customer?.name].filter(Boolean).join(' · ')

export function Merge({ cart, onClose }: { cart: CartDetail; onClose: () => void }) {
  const client = useQueryClient()
  const [other, setOther] = useState<Cart>()
  const form = useForm({
    initial: { from: '' },
    check: (values) => (values.from ? {} : { from: t('carts.chooseOther') }),
    send: (values) => post<CartDetail>(`/carts/${cart.id}/merge`, { from: values.from }),
    onDone: (next) => {
      client.setQueryData(cartQuery(cart.id).queryKey, next)
      void client.invalidateQueries({ queryKey: ['carts'] })
      onClose()
      toast({ text: t('carts.merged', { name: other ? cartName(other) : '' }) })
    },
  })
  return (
    <FormDialog form={form} title={t('carts.mergeTitle', { name: cartName(cart) })} lead={t('carts.mergeLead')} deed={t('carts.mergeDeed')} onClose={onClose}>
      <FindField
        label={t('carts.other')}
        shown={other ? nameOf(other) : ''}
        placeholder={t('carts.findOther')}
        field="from"
        error={form.errors['from']}
        autoFocus
        find={async (words) =>
          (await get<Cart[]>('/carts', { state: 'open', limit: 9, ...(words ? { search: words } : cart.customer ? { customerId: cart.customer.id } : {}) }))
            .filter((one) => one.id !== cart.id)
            .map((one) => ({ value: one.id, label: nameOf(one), note: money(one.value), record: one, refuse: one.currency !== cart.currency ? one.currency : undefined }))
        }
        onPick={({ record }) => {
          setOther(record)
          form.set('from', record.id)
        }}
      />
    </FormDialog>
  )
}
