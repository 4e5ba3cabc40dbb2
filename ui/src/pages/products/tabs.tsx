/** The pages of the area Products. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const ProductTabs = () => (
  <Tabs
    label="frame.products"
    tabs={[
      { to: paths.products, title: 'products.title', exact: true },
      { to: paths.stock, title: 'stock.title' },
      { to: paths.categories, title: 'categories.title' },
      { to: paths.coupons, title: 'coupons.title', right: 'read:setting' },
    ]}
  />
)
