/** The fields of a product, for a new one and for changing one. */
import { AreaField, MoneyField, TextField } from '@/forms/fields'
import type { Form } from '@/forms/use-form'
import type { Product } from '@/api/shapes'
import { t } from '@/i18n'
import { parseAmount, typed } from '@/lib/money'
import { parseNumber, plain } from '@/lib/text'

export type ProductValues = { name: string; sku: string; price: string; weight: string; stock: string; description: string }
export const blank: ProductValues = { name: '', sku: '', price: '', weight: '', stock: '0', description: '' }
export const valuesOf = (product: Product): ProductValues => ({
  name: product.name,
  sku: product.sku,
  price: typed(product.price),
  weight: plain(product.weight),
  stock: String(product.stock),
  description: product.description ?? '',
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
  return wrong
}

export const productBody = (values: ProductValues, currency: string) => ({
  name: values.name.trim(),
  sku: values.sku.trim(),
  price: { amount: parseAmount(values.price, currency) ?? 0, currency },
  weight: parseNumber(values.weight) ?? 0,
  stock: Number(values.stock),
  ...(values.description.trim() ? { description: values.description.trim() } : {}),
})

export const ProductFields = ({ form, currency, focus }: { form: Form<ProductValues>; currency: string; focus?: keyof ProductValues }) => (
  <>
    <TextField form={form} name="name" label={t('products.name')} autoFocus={focus === undefined || focus === 'name'} />
    <div className="field-pair">
      <TextField form={form} name="sku" label={t('products.sku')} hint={t('products.skuHint')} max={64} />
      <MoneyField form={form} name="price" label={t('products.price')} currency={currency} autoFocus={focus === 'price'} />
    </div>
    <div className="field-pair">
      <TextField form={form} name="stock" label={t('products.stock')} decimal suffix={t('products.pieces')} autoFocus={focus === 'stock'} />
      <TextField form={form} name="weight" label={t('products.weight')} decimal suffix="kg" hint={t('products.weightHint')} />
    </div>
    <AreaField form={form} name="description" label={t('products.description')} optional />
  </>
)
