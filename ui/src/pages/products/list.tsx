/** Everything that is sold: price, stock, and whether it still is. */
import { Link } from '@tanstack/react-router'
import { Plus, Upload } from 'lucide-react'
import { remove } from '@/api/client'
import type { Product } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { each } from '@/lib/each'
import { number } from '@/lib/money'
import { weight } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Thumb } from '@/parts/picture'
import { Id, Money, State, When } from '@/parts/values'
import { can, me } from '@/session'
import { ListPage } from '@/table/list-page'
import type { BulkAction, ListSpec } from '@/table/spec'
import { categoryFilter } from '../catalog/filter'
import { optionText } from '../catalog/variants'
import { ProductPeek } from './product'

const archive: BulkAction = {
  id: 'archive',
  label: 'products.archive',
  right: 'delete:product',
  danger: true,
  run: (ids, how) =>
    each(
      ids,
      async (id) => {
        if (!how.dryRun) await remove(`/products/${id}`)
        return { id, ok: true, changed: true }
      },
      how,
    ),
  effect: (result, done) => t(done ? 'products.bulkArchived' : 'products.bulkArchive', { n: result.changed }),
}

/** Stock in figures, and in words where it runs out. */
export const Stock = ({ product }: { product: Product }) =>
  product.active && product.stock < product.lowStock ? (
    <span className="stock-low">
      {product.stock > 0 && number(product.stock)} <span className="stock-word">{t(product.stock === 0 ? 'products.out' : 'products.low')}</span>
    </span>
  ) : (
    <span className="num">{number(product.stock)}</span>
  )

/** What it costs now, and what it usually does. */
export const Price = ({ product }: { product: Product }) => {
  const before = product.onSale ? product.price : product.compareAtPrice
  return (
    <>
      {before && (
        <s className="quiet price-before">
          <span className="unseen">{t('products.before')}</span> <Money value={before} />
        </s>
      )}{' '}
      <Money value={product.currentPrice} />
    </>
  )
}

const products: ListSpec<Product> = {
  area: 'products',
  title: 'products.title',
  path: '/products',
  exports: '/products/export',
  exportRight: 'export:order',
  sort: 'name',
  search: true,
  topic: 'product',
  name: (product) => product.name,
  to: (product) => paths.product(product.id),
  page: paths.product,
  columns: [
    { id: 'name', title: 'products.name', width: 220, grow: 4, sort: 'name', cell: (product) => <><Thumb product={product.id} file={product.pictureId} /><Link to={paths.product(product.id)} className="link">{product.name}</Link>{product.variantCount > 0 && <span className="quiet"> · {t('products.inVariants', { n: product.variantCount })}</span>}{product.parentId && <span className="quiet"> · {optionText(product.options)}</span>}</> },
    { id: 'sku', title: 'products.sku', width: 120, drop: 1, grow: 1, sort: 'sku', cell: (product) => <code>{product.sku}</code> },
    { id: 'price', title: 'products.price', width: 140, end: true, sort: 'price', cell: (product) => <Price product={product} /> },
    { id: 'stock', title: 'products.stock', width: 120, end: true, sort: 'stock', cell: (product) => <Stock product={product} /> },
    { id: 'weight', title: 'products.weight', width: 90, drop: 2, end: true, cell: (product) => weight(product.weight) },
    { id: 'state', title: 'products.state', width: 110, grow: 1, cell: (product) => <State value={product.active ? 'active' : 'inactive'} /> },
    { id: 'when', title: 'products.when', width: 132, moment: true, drop: 3, end: true, sort: 'createdAt', cell: (product) => <When at={product.createdAt} /> },
    { id: 'slug', title: 'products.slug', width: 160, hidden: true, cell: (product) => <code>{product.slug}</code> },
    { id: 'tags', title: 'products.tags', width: 160, hidden: true, cell: (product) => product.tags.join(', ') },
    { id: 'reserved', title: 'stock.reserved', width: 100, end: true, hidden: true, cell: (product) => number(product.reserved) },
    { id: 'id', title: 'products.id', width: 120, hidden: true, cell: (product) => <Id id={product.id} kind="product" /> },
  ],
  filters: [
    { kind: 'flag', field: 'active', title: 'products.active' },
    categoryFilter(),
    { kind: 'text', field: 'tag', title: 'products.tag' },
    { kind: 'flag', field: 'lowStock', title: 'products.lowStock' },
    { kind: 'flag', field: 'inStock', title: 'stock.inStock' },
    { kind: 'money', field: 'Price', title: 'products.price', currency: () => me.get()?.tenant.currency ?? 'EUR' },
  ],
  bulk: [archive],
  empty: { text: 'products.empty', action: () => can('create:product') && <ButtonLink to={paths.newProduct}>{t('products.new')}</ButtonLink> },
}

export const Products = () => (
  <ListPage
    spec={products}
    above={<Tabs area="products" />}
    peek={(id) => <ProductPeek id={id} />}
    actions={
      <>
        {can('run:import') && <ButtonLink to={filtered(paths.imports, { kind: 'products' })} icon={<Upload size={14} />}>{t('orders.import')}</ButtonLink>}
        {can('create:product') && <ButtonLink to={paths.newProduct} look="primary" icon={<Plus size={14} />}>{t('products.new')}</ButtonLink>}
      </>
    }
  />
)
