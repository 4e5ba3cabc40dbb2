/** Categories: the shelves products stand on, as a tree. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ellipsis, Plus } from 'lucide-react'
import { useState } from 'react'
import { patch, post, read, remove } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Category } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { filled, useForm } from '@/forms/use-form'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { Button, IconButton } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Menu } from '@/parts/menu'
import { Empty, Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'
import { parentsFor, treeOf, type Branch } from './tree'

export const categoriesQuery = read<Category[]>('/categories')
type Open = { in?: Branch } | { change: Branch }

export function Categories() {
  const client = useQueryClient()
  const categories = useQuery(categoriesQuery)
  const [open, setOpen] = useState<Open>()
  const lack = lacking('update:product')
  const settle = () => client.invalidateQueries({ queryKey: ['categories'] })
  const drop = (one: Branch) =>
    confirm({
      title: t('categories.dropTitle', { name: one.name }),
      body: t('categories.dropBody', { n: one.products }),
      deed: t('categories.drop'),
      danger: true,
      name: one.name,
      run: async () => {
        await remove(`/categories/${one.id}`).catch((error: unknown) => {
          throw error instanceof Problem && error.code === 'has_children' ? new Problem(409, { code: error.code, title: t('categories.hasChildren') }) : error
        })
        await settle()
        toast({ text: t('categories.dropped', { name: one.name }) })
      },
    })
  useActions([{ id: 'add', label: t('categories.add'), refuse: lack, run: () => setOpen({}) }])
  const add = (
    <Button look="primary" icon={<Plus size={14} />} refuse={lack} onClick={() => setOpen({})}>
      {t('categories.add')}
    </Button>
  )
  const tree = treeOf(categories.data ?? [])
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('categories.title')}</h1>
        {categories.data && <span className="page-count">{categories.data.length}</span>}
        <span className="spring" />
        {add}
      </header>
      <Tabs area="products" />
      <div className="access-body">
        <Part query={categories} lines={6}>
          {() =>
            tree.length === 0 ? (
              <Empty action={add}>{t('categories.none')}</Empty>
            ) : (
              <Rows
                label={t('categories.title')}
                rows={tree}
                id={(row) => row.id}
                empty=""
                columns={[
                  { id: 'name', title: 'categories.name', width: 260, grow: true, cell: (row) => <span className="branch" style={{ '--deep': row.depth } as React.CSSProperties}><Link to={filtered(paths.products, { categoryId: row.id })} className="link">{row.name}</Link></span> },
                  { id: 'slug', title: 'categories.slug', width: 180, cell: (row) => <code>{row.slug}</code> },
                  { id: 'products', title: 'products.title', width: 100, end: true, cell: (row) => (row.products > 0 ? number(row.products) : <span className="quiet">–</span>) },
                  {
                    id: 'deeds',
                    deeds: true,
                    title: 'common.more',
                    width: 60,
                    end: true,
                    cell: (row) => (
                      <Menu
                        items={[
                          { label: t('categories.addIn'), refuse: lack, run: () => setOpen({ in: row }) },
                          { label: t('common.edit'), refuse: lack, run: () => setOpen({ change: row }) },
                          { label: t('categories.drop'), danger: true, refuse: lack, run: () => drop(row) },
                        ]}
                        trigger={
                          <IconButton label={`${t('common.more')}: ${row.name}`} hint={false}>
                            <Ellipsis size={14} />
                          </IconButton>
                        }
                      />
                    ),
                  },
                ]}
              />
            )
          }
        </Part>
      </div>
      {open && (
        <CategoryForm
          tree={tree}
          {...('change' in open ? { category: open.change } : open.in ? { parent: open.in.id } : {})}
          onClose={() => setOpen(undefined)}
          onDone={(next) => {
            setOpen(undefined)
            void settle()
            toast({ text: t('categories.saved', { name: next.name }) })
          }}
        />
      )}
    </div>
  )
}

type FormProps = { tree: Branch[]; category?: Branch; parent?: string; onClose: () => void; onDone: (next: Category) => void }
function CategoryForm({ tree, category, parent = '', onClose, onDone }: FormProps) {
  const form = useForm({
    initial: { name: category?.name ?? '', slug: category?.slug ?? '', parentId: category?.parentId ?? parent, position: String(category?.position ?? '') },
    check: (values) => ({
      ...(values.name.trim() ? {} : { name: t('common.required') }),
      ...(/^\d*$/.test(values.position.trim()) ? {} : { position: t('products.wrongStock') }),
    }),
    send: (values, key) => {
      const body = { name: values.name.trim(), ...(filled(values.slug) ? { slug: filled(values.slug) } : {}), ...(values.position.trim() ? { position: Number(values.position) } : {}) }
      return category ? patch<Category>(`/categories/${category.id}`, { ...body, parentId: values.parentId || null }, category.version) : post<Category>('/categories', { ...body, ...(values.parentId ? { parentId: values.parentId } : {}) }, key)
    },
    onDone,
  })
  return (
    <FormDialog form={form} title={category ? t('products.edit', { name: category.name }) : t('categories.add')} deed={t(category ? 'common.save' : 'categories.addDeed')} refuse={category && !form.dirty && t('common.noChange')} onClose={onClose}>
      <TextField form={form} name="name" label={t('categories.name')} max={80} autoFocus />
      <SelectField form={form} name="parentId" label={t('categories.parent')} none={t('categories.top')} options={parentsFor(tree, category?.id).map((one) => ({ value: one.id, label: one.path }))} />
      <div className="field-pair">
        <TextField form={form} name="slug" label={t('categories.slug')} hint={t('categories.slugHint')} max={80} optional />
        <TextField form={form} name="position" label={t('categories.position')} hint={t('categories.positionHint')} decimal optional />
      </div>
    </FormDialog>
  )
}
