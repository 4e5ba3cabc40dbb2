/** Ways of sending: a list, each changed in a dialog, kept with everything else of the part. */
import { ArrowUp, Pencil, Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { ShippingMethod } from '@/api/shapes'
import type { Form } from '@/forms/use-form'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { Button, IconButton } from '@/parts/button'
import { Rows } from '@/record/rows'
import { can } from '@/session'
import { MethodDialog } from './method'
import { costs, goesTo, readMethods, writeMethods, type CheckoutText } from './text'

export function Methods({ form, currency }: { form: Form<CheckoutText>; currency: string }) {
  const methods = readMethods(form.values.shippingMethods)
  const [open, setOpen] = useState<number | 'new'>()
  const put = (next: ShippingMethod[]) => form.set('shippingMethods', writeMethods(next))
  const error = form.errors['shippingMethods']
  const editable = can('update:setting')
  const rows = methods.map((method, at) => ({ ...method, at }))
  return (
    <fieldset className="field">
      <legend className="field-label">{t('checkout.shippingMethods')}</legend>
      <Rows
        label={t('checkout.shippingMethods')}
        rows={rows}
        id={(row) => row.code}
        empty={t('checkout.methodsNone')}
        columns={[
          { id: 'name', title: 'checkout.methodName', width: 150, grow: true, cell: (row) => <>{row.name} <code className="quiet">{row.code}</code>{!row.active && <span className="cell-note">{t('checkout.notOffered')}</span>}</> },
          { id: 'costs', title: 'checkout.kind', width: 130, end: true, cell: (row) => costs(row) },
          { id: 'free', title: 'checkout.freeFrom', width: 90, end: true, cell: (row) => (row.freeFrom ? money(row.freeFrom) : <span className="quiet">–</span>) },
          { id: 'to', title: 'checkout.countries', width: 140, cell: (row) => goesTo(row.countries) },
          {
            id: 'deeds',
            deeds: true,
            title: 'common.more',
            width: 110,
            end: true,
            cell: (row) =>
              editable && (
                <span className="deeds">
                  {row.at > 0 && (
                    <IconButton label={t('checkout.moveUp', { name: row.name })} onClick={() => put(methods.map((_, i) => methods[i === row.at - 1 ? row.at : i === row.at ? row.at - 1 : i] as ShippingMethod))}>
                      <ArrowUp size={14} />
                    </IconButton>
                  )}
                  <IconButton label={t('checkout.changeMethod', { name: row.name })} onClick={() => setOpen(row.at)}>
                    <Pencil size={14} />
                  </IconButton>
                  <IconButton label={t('checkout.removeMethod', { name: row.name })} onClick={() => put(methods.filter((_, i) => i !== row.at))}>
                    <X size={14} />
                  </IconButton>
                </span>
              ),
          },
        ]}
      />
      <div>
        <Button small icon={<Plus size={13} />} onClick={() => setOpen('new')}>
          {t('checkout.addMethod')}
        </Button>
      </div>
      <p className={error ? 'field-error' : 'field-hint'}>{error ?? (methods.length > 1 ? t('checkout.methodsHint') : '')}</p>
      {open !== undefined && (
        <MethodDialog
          {...(open === 'new' ? {} : { method: methods[open] as ShippingMethod })}
          others={methods.filter((_, i) => i !== open).map((method) => method.code)}
          currency={currency}
          onClose={() => setOpen(undefined)}
          onDone={(method) => {
            put(open === 'new' ? [...methods, method] : methods.map((one, i) => (i === open ? method : one)))
            setOpen(undefined)
          }}
        />
      )}
    </fieldset>
  )
}
