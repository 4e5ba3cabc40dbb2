/** A new product. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { post } from '@/api/client'
import type { Product } from '@/api/shapes'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { FormPage } from '@/record/form-page'
import { useMe } from '@/session'
import { said } from '../orders/said'
import { blank, checkProduct, productBody, ProductFields } from './form'

export function NewProduct() {
  const { currency } = useMe().tenant
  const go = useNavigate()
  const client = useQueryClient()
  const form = useForm({
    initial: blank,
    check: (values) => checkProduct(values, currency),
    send: (values, key) => post<Product>('/products', productBody(values, currency), key),
    onDone: (product) => {
      void client.invalidateQueries({ queryKey: ['products'] })
      void said.toast({ text: t('products.created', { name: product.name }), type: 'product', id: product.id })
      void go({ to: paths.product(product.id), replace: true })
    },
  })
  return (
    <FormPage up={{ to: paths.products, label: t('products.title') }} title={t('products.new')}>
      <Form form={form} deed={t('products.create')} label={t('products.new')} onCancel={() => void go({ to: paths.products })}>
        <ProductFields form={form} currency={currency} />
      </Form>
    </FormPage>
  )
}
