/** Products by where they stand. */
import { get } from '@/api/client'
import type { Category } from '@/api/shapes'
import type { Filter } from '@/table/spec'
import { treeOf } from './tree'

export const categoryFilter = (): Filter => ({
  kind: 'record',
  field: 'categoryId',
  title: 'products.category',
  find: async (words) =>
    treeOf(await get<Category[]>('/categories'))
      .filter((one) => one.path.toLowerCase().includes(words.toLowerCase()))
      .slice(0, 30)
      .map((one) => ({ value: one.id, label: one.path })),
  name: async (id) => (await get<Category>(`/categories/${id}`)).name,
})
