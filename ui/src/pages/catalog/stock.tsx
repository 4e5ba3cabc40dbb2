/** Stock as a sheet: what can be sold, what is set aside, what lies on the shelf, counted in place. */
import { Link } from '@tanstack/react-router'
import type { Product } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { paths } from '@/paths'
import { When } from '@/parts/values'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { Stock } from '../products/list'
import { ProductPeek } from '../products/product'
import { Count, LowCell, PriceCell } from './count'
import { categoryFilter } from './filter'
import { ExportMovements } from './movements'

const none = <span className="quiet">–</span>
const stock: ListSpec<Product> = {
  area: 'stock',
  title: 'stock.title',
  path: '/products',
  exports: '/products/export',
  exportRight: 'export:order',
  sort: 'stock',
  search: true,
  topic: 'product',
  name: (product) => product.name,
  page: paths.product,
  columns: [
    { id: 'name', title: 'products.name', width: 200, grow: 3, sort: 'name', cell: (product) => <Link to={paths.product(product.id)} className="link">{product.name}</Link> },
    { id: 'sku', title: 'products.sku', width: 130, grow: 1, drop: 2, sort: 'sku', cell: (product) => <code>{product.sku}</code> },
    { id: 'stock', title: 'stock.sellable', width: 118, end: true, sort: 'stock', cell: (product) => <Stock product={product} /> },
    { id: 'reserved', title: 'stock.reserved', width: 112, end: true, cell: (product) => (product.reserved > 0 ? number(product.reserved) : none) },
    { id: 'shelf', title: 'stock.shelf', width: 120, end: true, cell: (product) => (product.variantCount > 0 ? <Link to={paths.product(product.id)} className="link">{t('stock.inVariants', { n: product.variantCount })}</Link> : <Count product={product} />) },
    { id: 'low', title: 'stock.threshold', width: 110, end: true, drop: 2, cell: (product) => <LowCell product={product} /> },
    { id: 'price', title: 'products.price', width: 130, end: true, drop: 1, sort: 'price', cell: (product) => <PriceCell product={product} /> },
    { id: 'changed', title: 'products.changed', width: 124, moment: true, end: true, drop: 3, cell: (product) => <When at={product.updatedAt} /> },
  ],
  filters: [{ kind: 'flag', field: 'lowStock', title: 'products.lowStock' }, { kind: 'flag', field: 'inStock', title: 'stock.inStock' }, { kind: 'flag', field: 'active', title: 'products.active' }, categoryFilter()],
  empty: { text: 'products.empty' },
}

export const StockSheet = () => <ListPage spec={stock} above={<Tabs area="products" />} peek={(id) => <ProductPeek id={id} />} actions={<ExportMovements name="movements.csv" />} />
