/** From a cart to an order: for the total that was looked at, paid now or later. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { post } from '@/api/client'
import type { CartDetail, Checkout } from '@/api/shapes'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { answered, keyFor } from '@/lib/intent'
import { money } from '@/lib/money'
import { cartName, orderName } from '@/lib/text'
import { paths } from '@/paths'
import { can } from '@/session'
import { awayOf, isOurs, KEPT, MethodChoice, useMeans } from '../orders/methods'
import { askTaking } from '../orders/pay-host'
import { said } from '../orders/said'

const LATER = ''

export function Place({ cart, onClose }: { cart: CartDetail; onClose: () => void }) {
  const client = useQueryClient()
  const go = useNavigate()
  const means = useMeans()
  const total = cart.totals?.total
  const form = useForm({
    initial: { paymentMethod: LATER as string, kept: '', ifDeclined: 'keep' as string },
    check: ({ paymentMethod, kept }) => (paymentMethod === KEPT && !kept.trim() ? { paymentMethod: t('pay.needsId') } : {}),
    send: async ({ paymentMethod, kept, ifDeclined }, key) => {
      const body = { ...(total ? { expectedTotal: total } : {}), ...(paymentMethod ? { paymentMethod: paymentMethod === KEPT ? kept.trim() : paymentMethod, ifDeclined } : {}) }
      const meant = JSON.stringify([cart.id, cart.version, body])
      try {
        const reply = await post<Checkout>(`/carts/${cart.id}/checkout`, body, keyFor(meant, key))
        answered(meant)
        return reply
      } catch (error) {
        if (!said.isUnclear(error)) answered(meant)
        // What it comes to is read again: the dialog shows the new total, and asks again.
        await client.invalidateQueries({ queryKey: ['carts', cart.id] })
        throw error
      }
    },
    onDone: ({ order, sagaId }, { ifDeclined }) => {
      void client.invalidateQueries({ queryKey: ['carts'] })
      void client.invalidateQueries({ queryKey: ['orders'] })
      onClose()
      // The money is taken after the order was placed: that is waited for before the order is shown.
      if (sagaId && can('read:order')) return askTaking(order, ifDeclined === 'cancel')
      const name = orderName(order.number)
      void said.toast({ text: sagaId ? t('pay.processing', { order: name }) : t('orders.entered', { order: name, amount: money(order.total) }), type: 'order', id: order.id, action: 'order.create' })
      void go({ to: paths.order(order.id) })
    },
  })
  const { paymentMethod, kept, ifDeclined } = form.values
  const amount = total ? money(total) : ''
  const name = cart.customer?.name ?? t('carts.nobody')
  return (
    <FormDialog form={form} title={t('carts.placeTitle', { name: cartName(cart) })} lead={t('carts.placeLead', { amount, name })} deed={t(!paymentMethod || isOurs(paymentMethod) ? 'carts.placeFor' : means.data?.byCustomer ? 'carts.placeAndAsk' : 'carts.placeAndPay', { amount })} refuse={paymentMethod && !isOurs(paymentMethod) ? awayOf(means.data) : undefined} onClose={onClose}>
      <MethodChoice means={means} legend={t('carts.payment')} value={paymentMethod} onValue={(value) => form.set('paymentMethod', value)} kept={kept} onKept={(value) => form.set('kept', value)} error={form.errors['paymentMethod']} first={{ value: LATER, label: t('carts.payLater'), hint: t('carts.payLaterHint') }} />
      {paymentMethod && !isOurs(paymentMethod) && (
        <fieldset className="choices">
          <legend className="field-label">{t('carts.ifDeclined')}</legend>
          {(['keep', 'cancel'] as const).map((one) => (
            <label key={one} className={`choice${ifDeclined === one ? ' choice-on' : ''}`}>
              <input type="radio" name="ifDeclined" checked={ifDeclined === one} onChange={() => form.set('ifDeclined', one)} />
              <span>{t(`carts.declined_${one}`)}</span>
            </label>
          ))}
        </fieldset>
      )}
    </FormDialog>
  )
}
