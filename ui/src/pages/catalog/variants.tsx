/** A product's variants: what tells them apart, their price, and their stock, counted in place. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { Product } from '@/api/shapes'
import { MoneyField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { number, parseAmount, typed } from '@/lib/money'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Money, State } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { Count } from './count'

/** `M, red`. */
export const optionText = (options: Product['options']) => Object.values(options ?? {}).join(', ')
/** `size: M, colour: red` as an object, or nothing where it cannot be read. */
export function readOptions(text: string): Record<string, string> | undefined {
  const pairs = text.split(',').map((part) => part.split(':').map((word) => word.trim()))
  if (pairs.some((pair) => pair.length !== 2 || pair.some((word) => !word))) return undefined
  return Object.fromEntries(pairs) as Record<string, string>
}

export function Variants({ product }: { product: Product }) {
  const client = useQueryClient()
  const variants = useQuery({ ...read<Product[]>(`/products/${product.id}/variants`), enabled: product.variantCount > 0 })
  const [adding, setAdding] = useState(false)
  const lack = lacking('create:product') ?? (product.variantCount === 0 && product.stock + product.reserved > 0 && t('variants.hasStock'))
  if (product.parentId) return null
  return (
    <Section title={t('variants.title')} count={product.variantCount} actions={<Button small refuse={lack} onClick={() => setAdding(true)}>{t('variants.add')}</Button>}>
      {product.variantCount === 0 ? (
        <p className="quiet section-empty">{t('variants.none')}</p>
      ) : (
        <Part query={variants} lines={3}>
          {(rows) => (
            <Rows
              label={t('variants.title')}
              rows={rows}
              id={(row) => row.id}
              empty={t('variants.none')}
              columns={[
                { id: 'options', title: 'variants.options', width: 160, grow: true, cell: (row) => <Link to={paths.product(row.id)} className="link">{optionText(row.options) || row.name}</Link> },
                { id: 'sku', title: 'products.sku', width: 130, cell: (row) => <code>{row.sku}</code> },
                { id: 'state', title: 'products.state', width: 100, cell: (row) => <State value={row.active ? 'active' : 'inactive'} /> },
                { id: 'price', title: 'products.price', width: 100, end: true, cell: (row) => <Money value={row.currentPrice} /> },
                { id: 'stock', title: 'stock.sellable', width: 90, end: true, cell: (row) => <span className="num">{number(row.stock)}</span> },
                { id: 'shelf', title: 'stock.shelf', width: 110, end: true, cell: (row) => <Count product={row} /> },
              ]}
            />
          )}
        </Part>
      )}
      {adding && (
        <AddVariant
          product={product}
          onClose={() => setAdding(false)}
          onDone={(next) => {
            setAdding(false)
            void client.invalidateQueries({ queryKey: ['products'] })
            toast({ text: t('products.created', { name: `${product.name}, ${optionText(next.options)}` }) })
          }}
        />
      )}
    </Section>
  )
}

function AddVariant({ product, onClose, onDone }: { product: Product; onClose: () => void; onDone: (next: Product) => void }) {
  const { currency } = product.price
  const form = useForm({
    initial: { options: '', sku: '', price: typed(product.price), stock: '0' },
    check: (values) => ({
      ...(readOptions(values.options) ? {} : { options: t('variants.optionsWrong') }),
      ...(values.sku.trim() ? {} : { sku: t('common.required') }),
      ...((parseAmount(values.price, currency) ?? -1) >= 0 ? {} : { price: t('products.wrongPrice', { currency }) }),
      ...(/^\d+$/.test(values.stock.trim()) ? {} : { stock: t('products.wrongStock') }),
    }),
    send: (values, key) => post<Product>(`/products/${product.id}/variants`, { options: readOptions(values.options), sku: values.sku.trim(), price: { amount: parseAmount(values.price, currency), currency }, stock: Number(values.stock) }, key),
    onDone,
  })
  return (
    <FormDialog form={form} title={t('variants.addTitle', { name: product.name })} lead={t('variants.addLead')} deed={t('variants.addDeed')} onClose={onClose}>
      <TextField form={form} name="options" label={t('variants.options')} hint={t('variants.optionsHint')} max={300} autoFocus />
      <TextField form={form} name="sku" label={t('products.sku')} hint={t('products.skuHint')} max={64} />
      <div className="field-pair">
        <MoneyField form={form} name="price" label={t('products.price')} currency={currency} />
        <TextField form={form} name="stock" label={t('products.stock')} decimal suffix={t('products.pieces')} />
      </div>
    </FormDialog>
  )
}
