/** The fields of a product, for a new one and for changing one. */
import { useQuery } from '@tanstack/react-query'
import type { Category, Product } from '@/api/shapes'
import { AreaField, MoneyField, SelectField, TextField } from '@/forms/fields'
import type { Form } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { parseAmount, typed } from '@/lib/money'
import { parseNumber, plain } from '@/lib/text'
import { read } from '@/api/client'
import { treeOf } from '../catalog/tree'

export type ProductValues = { name: string; sku: string; price: string; weight: string; stock: string; description: string; slug: string; categoryId: string; tags: string; taxClass: string; compareAtPrice: string; cost: string; lowStock: string; salePrice: string; saleFrom: string; saleUntil: string }
export const blank: ProductValues = { name: '', sku: '', price: '', weight: '', stock: '0', description: '', slug: '', categoryId: '', tags: '', taxClass: 'standard', compareAtPrice: '', cost: '', lowStock: '10', salePrice: '', saleFrom: '', saleUntil: '' }

const pad = (n: number) => String(n).padStart(2, '0')
/** The day a moment falls on, here. */
const dayOf = (at: string | null | undefined) => {
  if (!at) return ''
  const date = new Date(at)
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
}
/** Where a day begins, here. */
const beginOf = (day: string) => (day ? new Date(`${day}T00:00`).toISOString() : undefined)

export const valuesOf = (product: Product): ProductValues => ({
  name: product.name,
  sku: product.sku,
  price: typed(product.price),
  weight: plain(product.weight),
  stock: String(product.stock),
  description: product.description ?? '',
  slug: product.slug,
  categoryId: product.categoryId ?? '',
  tags: product.tags.join(', '),
  taxClass: product.taxClass,
  compareAtPrice: product.compareAtPrice ? typed(product.compareAtPrice) : '',
  cost: product.cost ? typed(product.cost) : '',
  lowStock: String(product.lowStock),
  salePrice: product.sale ? typed(product.sale.price) : '',
  saleFrom: dayOf(product.sale?.from),
  saleUntil: dayOf(product.sale?.until),
})

export function checkProduct(values: ProductValues, currency: string) {
  const wrong: Partial<Record<keyof ProductValues, string>> = {}
  if (!values.name.trim()) wrong.name = t('common.required')
  if (!values.sku.trim()) wrong.sku = t('common.required')
  const price = parseAmount(values.price, currency)
  if (price === undefined || price < 0) wrong.price = t('products.wrongPrice', { currency })
  const weight = parseNumber(values.weight)
  if (weight === undefined || weight < 0) wrong.weight = t('products.wrongWeight')
  if (!/^\d+$/.test(values.stock.trim())) wrong.stock = t('products.wrongStock')
  if (!/^\d+$/.test(values.lowStock.trim())) wrong.lowStock = t('products.wrongStock')
  for (const name of ['compareAtPrice', 'cost', 'salePrice'] as const) {
    const amount = values[name].trim() ? parseAmount(values[name], currency) : 0
    if (amount === undefined || amount < 0) wrong[name] = t('products.wrongPrice', { currency })
  }
  const sale = values.salePrice.trim() ? parseAmount(values.salePrice, currency) : undefined
  if (sale !== undefined && price !== undefined && sale >= price) wrong.salePrice = t('products.notLower')
  if (!values.salePrice.trim() && (values.saleFrom || values.saleUntil)) wrong.salePrice = t('products.needsSale')
  if (values.saleFrom && values.saleUntil && values.saleUntil <= values.saleFrom) wrong.saleUntil = t('products.saleOrder')
  return wrong
}

/** Each part of the engine's shape, and the fields it is made of. */
const parts = (values: ProductValues, currency: string) => {
  const amount = (text: string) => (text.trim() ? { amount: parseAmount(text, currency) ?? 0, currency } : null)
  const price = amount(values.salePrice)
  return [
    [['name'], { name: values.name.trim() }],
    [['sku'], { sku: values.sku.trim() }],
    [['price'], { price: amount(values.price) }],
    [['weight'], { weight: parseNumber(values.weight) ?? 0 }],
    [['stock'], { stock: Number(values.stock) }],
    [['description'], { description: values.description.trim() || null }],
    [['slug'], { slug: values.slug.trim() || null }],
    [['categoryId'], { categoryId: values.categoryId || null }],
    [['tags'], { tags: values.tags.split(',').map((tag) => tag.trim()).filter(Boolean) }],
    [['taxClass'], { taxClass: values.taxClass }],
    [['compareAtPrice'], { compareAtPrice: amount(values.compareAtPrice) }],
    [['cost'], { cost: amount(values.cost) }],
    [['lowStock'], { lowStock: Number(values.lowStock) }],
    [['salePrice', 'saleFrom', 'saleUntil'], { sale: price && { price, from: beginOf(values.saleFrom), until: beginOf(values.saleUntil) } }],
  ] as const
}
/** What is sent of a new product: nothing that was left empty. */
export const productBody = (values: ProductValues, currency: string) => Object.fromEntries(parts(values, currency).flatMap(([, part]) => Object.entries(part)).filter(([, value]) => value !== null))
/** What is sent of a change: what was touched. */
export const productChange = (values: ProductValues, before: ProductValues, currency: string) =>
  Object.fromEntries(parts(values, currency).flatMap(([names, part]) => ((names as readonly (keyof ProductValues)[]).some((name) => values[name] !== before[name]) ? Object.entries(part) : [])))

type Props = { form: Form<ProductValues>; currency: string; focus?: keyof ProductValues; product?: Product }
export function ProductFields({ form, currency, focus, product }: Props) {
  const categories = useQuery(read<Category[]>('/categories')).data ?? []
  const variant = Boolean(product?.parentId)
  return (
    <>
      <TextField form={form} name="name" label={t('products.name')} autoFocus={focus === undefined || focus === 'name'} />
      <div className="field-pair">
        <TextField form={form} name="sku" label={t('products.sku')} hint={t('products.skuHint')} max={64} />
        <MoneyField form={form} name="price" label={t('products.price')} currency={currency} autoFocus={focus === 'price'} />
      </div>
      <div className="field-pair">
        {(product?.variantCount ?? 0) === 0 ? <TextField form={form} name="stock" label={t('products.stock')} decimal suffix={t('products.pieces')} autoFocus={focus === 'stock'} /> : <TextField form={form} name="lowStock" label={t('products.lowBelow')} decimal suffix={t('products.pieces')} />}
        <TextField form={form} name="weight" label={t('products.weight')} decimal suffix="kg" hint={t('products.weightHint')} />
      </div>
      <AreaField form={form} name="description" label={t('products.description')} optional />
      {!variant && (
        <div className="field-pair">
          <SelectField form={form} name="categoryId" label={t('products.category')} none={t('products.noCategory')} options={treeOf(categories).map((one) => ({ value: one.id, label: one.path }))} optional />
          <TextField form={form} name="tags" label={t('products.tags')} hint={t('products.tagsHint')} max={1300} optional />
        </div>
      )}
      <details className="more-fields" open={Boolean(product?.sale ?? product?.compareAtPrice ?? product?.cost)}>
        <summary>{t('products.more')}</summary>
        <div className="form">
          <div className="field-pair">
            <MoneyField form={form} name="salePrice" label={t('products.salePrice')} hint={t('products.saleHint')} currency={currency} optional />
            <MoneyField form={form} name="compareAtPrice" label={t('products.compareAt')} hint={t('products.compareHint')} currency={currency} optional />
          </div>
          <div className="field-pair">
            <TextField form={form} name="saleFrom" label={t('products.saleFrom')} type="date" optional />
            <TextField form={form} name="saleUntil" label={t('products.saleUntil')} type="date" optional />
          </div>
          <div className="field-pair">
            <MoneyField form={form} name="cost" label={t('products.cost')} hint={t('products.costHint')} currency={currency} optional />
            <SelectField form={form} name="taxClass" label={t('products.taxClass')} options={['standard', 'reduced', 'low', 'zero'].map((value) => ({ value, label: word('taxClass', value) }))} />
          </div>
          <div className="field-pair">
            <TextField form={form} name="slug" label={t('products.slug')} hint={t('categories.slugHint')} max={80} optional />
            {(product?.variantCount ?? 0) === 0 && <TextField form={form} name="lowStock" label={t('products.lowBelow')} decimal suffix={t('products.pieces')} />}
          </div>
        </div>
      </details>
    </>
  )
}
