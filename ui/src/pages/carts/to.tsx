/** Whose cart it is, where it goes and what was noted: read at the side, changed in a dialog. */
import { useState } from 'react'
import { patch } from '@/api/client'
import type { CartDetail } from '@/api/shapes'
import { AreaField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Unreadable } from '@/parts/unreadable'
import { country } from '@/lib/text'
import { Section } from '@/record/record-page'
import { AddressFields, addressLines, addressOf, addressText, checkAddress } from '../orders/entry/address'
import { FindCustomer } from '../orders/entry/customer'
import type { Changing } from './change'
import { Whose } from './list'

type Props = { cart: CartDetail; change: Changing; editable: boolean }

export function Whom({ cart, change, editable }: Props) {
  const customer = cart.customer
  if (!editable)
    return (
      <Section title={t('orders.customer')}>
        <Whose cart={cart} />
      </Section>
    )
  return (
    <FindCustomer
      shown={customer?.name ?? ''}
      error={change.problem?.errors.find((one) => one.field === 'customerId')?.message}
      onPick={(user) => change.run(() => patch<CartDetail>(`/carts/${cart.id}`, { customerId: user.id }, cart.version))}
    />
  )
}

export function To({ cart, change, editable }: Props) {
  const [editing, setEditing] = useState(false)
  const to = cart.shippingAddress
  return (
    <Section
      title={t('orders.shipTo')}
      actions={
        editable && (
          <Button small look="quiet" onClick={() => setEditing(true)}>
            {t(to ? 'common.edit' : 'carts.addAddress')}
          </Button>
        )
      }
    >
      {cart.unreadable.includes('shippingAddress') ? (
        <Unreadable />
      ) : to ? (
        <address className="address">
          {addressLines(to).map((line, i) => (
            <span key={i}>{line}</span>
          ))}
        </address>
      ) : (
        <p className="quiet section-empty">{cart.country ? country(cart.country) : t('carts.noAddress')}</p>
      )}
      {cart.unreadable.includes('notes') ? <Unreadable /> : cart.notes && <p className="notes cart-notes"><span className="quiet">{t('orders.notes')}</span>{cart.notes}</p>}
      {editing && <EditTo cart={cart} change={change} onClose={() => setEditing(false)} />}
    </Section>
  )
}

function EditTo({ cart, change, onClose }: { cart: CartDetail; change: Changing; onClose: () => void }) {
  const form = useForm({
    initial: { ...addressText(cart.shippingAddress ?? { name: cart.customer?.name ?? '', country: cart.country ?? '' }), notes: cart.notes ?? '' },
    check: checkAddress,
    send: (values) => patch<CartDetail>(`/carts/${cart.id}`, { shippingAddress: addressOf(values), country: values['shippingAddress.country'], notes: values.notes.trim() || null }, cart.version),
    onDone: (next) => {
      change.run(() => Promise.resolve(next))
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('orders.shipTo')} deed={t('common.save')} refuse={!form.dirty && t('common.noChange')} onClose={onClose}>
      <AddressFields form={form} />
      <AreaField form={form} name="notes" label={t('orders.notes')} optional />
    </FormDialog>
  )
}
