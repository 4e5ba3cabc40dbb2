/** One product: what it is, changed in place, and archived rather than deleted, because orders speak of it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Archive, ArchiveRestore, Pencil } from 'lucide-react'
import { useState } from 'react'
import { patch, post, read, remove } from '@/api/client'
import type { AuditRow, Category, Product } from '@/api/shapes'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { useActions } from '@/frame/actions'
import { t, word } from '@/i18n'
import { useKeys } from '@/lib/keys'
import { money, number } from '@/lib/money'
import { weight } from '@/lib/text'
import { auditPath, filtered, paths } from '@/paths'
import { Button, ButtonLink, Kbd } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Thumb } from '@/parts/picture'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts, RecordHeader, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { can } from '@/session'
import type { Column } from '@/table/spec'
import { said } from '../orders/said'
import { checkProduct, productChange, ProductFields, valuesOf, type ProductValues } from './form'
import { MoveStock } from '../catalog/move'
import { Movements } from '../catalog/movements'
import { treeOf } from '../catalog/tree'
import { optionText, Variants } from '../catalog/variants'
import { Price, Stock } from './list'
import { Pictures, ProductFiles } from './pictures'

const productQuery = (id: string) => read<Product>(`/products/${id}`)

function useProductDeeds(product: Product) {
  const client = useQueryClient()
  const [editing, setEditing] = useState<keyof ProductValues>()
  const fresh = () => client.invalidateQueries({ queryKey: ['products'] })
  const tell = (text: string) => void said.toast({ text, type: 'product', id: product.id })
  const archive = () =>
    confirm({
      title: t('products.archiveTitle', { name: product.name }),
      body: t('products.archiveBody'),
      deed: t('products.archive'),
      danger: true,
      name: product.name,
      run: async () => {
        await remove(`/products/${product.id}`)
        await fresh()
        tell(t('products.archived', { name: product.name }))
      },
    })
  const restore = () =>
    confirm({
      title: t('products.restoreTitle', { name: product.name }),
      body: t('products.restoreBody', { price: money(product.price) }),
      deed: t('products.restore'),
      run: async () => {
        await post(`/products/${product.id}/publish`, {})
        await fresh()
        tell(t('products.restored', { name: product.name }))
      },
    })
  const mayEdit = can('update:product')
  useKeys([{ keys: 'e', label: 'common.edit', run: () => mayEdit && setEditing('name') }])
  useActions(mayEdit ? [{ id: 'edit', label: t('common.edit'), keys: 'E', run: () => setEditing('name') }] : [])
  return { editing, setEditing, archive, restore, mayEdit, fresh, tell }
}

function Edit({ product, focus, onClose, onDone }: { product: Product; focus: keyof ProductValues; onClose: () => void; onDone: (next: Product) => void }) {
  const { currency } = product.price
  const before = valuesOf(product)
  const form = useForm({
    initial: before,
    check: (values) => checkProduct(values, currency),
    send: (values) => patch<Product>(`/products/${product.id}`, productChange(values, before, currency), product.version),
    onDone,
  })
  const changes = (Object.keys(before) as (keyof ProductValues)[]).filter((name) => before[name] !== form.values[name]).length
  return (
    <FormDialog form={form} title={t('products.edit', { name: product.name })} deed={changes > 0 ? t('products.saveN', { n: changes }) : t('common.save')} refuse={changes === 0 && t('common.noChange')} onClose={onClose} wide>
      <ProductFields form={form} currency={currency} focus={focus} product={product} />
    </FormDialog>
  )
}

export function ProductPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const product = useQuery(productQuery(id))
  return (
    <Part query={product} lines={8} whole>
      {(data) => <Body product={data} />}
    </Part>
  )
}

function Body({ product }: { product: Product }) {
  const deeds = useProductDeeds(product)
  const { mayEdit, setEditing } = deeds
  const [moving, setMoving] = useState(false)
  const parent = useQuery({ ...productQuery(product.parentId ?? ''), enabled: Boolean(product.parentId) })
  return (
    <div className="record">
      <RecordHeader
        up={product.parentId ? { to: paths.product(product.parentId), label: parent.data?.name ?? t('products.title') } : { to: paths.products, label: t('products.title') }}
        title={product.parentId ? `${product.name}, ${optionText(product.options)}` : product.name}
        marks={
          <>
            <State value={product.active ? 'active' : 'inactive'} />
            <Id id={product.id} kind="product" />
          </>
        }
        actions={
          mayEdit && (
            <Button icon={<Pencil size={14} />} onClick={() => setEditing('name')}>
              {t('common.edit')} <Kbd>E</Kbd>
            </Button>
          )
        }
        more={[
          ...(product.active && can('delete:product') ? [{ label: t('products.archive'), icon: <Archive size={14} />, danger: true, run: deeds.archive }] : []),
          ...(!product.active && mayEdit && can('publish:product') ? [{ label: t('products.restore'), icon: <ArchiveRestore size={14} />, run: deeds.restore }] : []),
        ]}
      />
      <div className="record-main record-alone">
        <dl className="money-line">
          <div>
            <dt>{t('products.price')}</dt>
            <dd>
              <Editable on={mayEdit} label={t('products.price')} onEdit={() => setEditing('price')}>
                <Price product={product} />
              </Editable>
            </dd>
          </div>
          <div>
            <dt>{t('products.stock')}</dt>
            <dd>
              <Stock product={product} />
            </dd>
          </div>
          {product.reserved > 0 && (
            <div>
              <dt>{t('stock.reserved')}</dt>
              <dd className="num">{number(product.reserved)}</dd>
            </div>
          )}
          <div>
            <dt>{t('products.weight')}</dt>
            <dd className="num">{weight(product.weight)}</dd>
          </div>
        </dl>
        <Pictures product={product} />
        <Section title={t('products.facts')}>
          <Facts rows={facts(product)} />
        </Section>
        <Variants product={product} />
        {can('update:product') && <Movements id={product.id} actions={product.variantCount === 0 && <Button small onClick={() => setMoving(true)}>{t('stock.move')}</Button>} sku={product.sku} />}
        <ProductFiles product={product} />
        {can('read:audit') && <Changes id={product.id} />}
      </div>
      {moving && (
        <MoveStock
          product={product}
          onClose={() => setMoving(false)}
          onDone={(next) => {
            setMoving(false)
            void deeds.fresh()
            deeds.tell(t('stock.moved', { name: next.name }))
          }}
        />
      )}
      {deeds.editing && (
        <Edit
          product={product}
          focus={deeds.editing}
          onClose={() => setEditing(undefined)}
          onDone={(next) => {
            setEditing(undefined)
            void deeds.fresh()
            deeds.tell(t('products.saved', { name: next.name }))
          }}
        />
      )}
    </div>
  )
}

const changeColumns: Column<AuditRow>[] = [
  { id: 'action', title: 'audit.action', width: 180, cell: (row) => <Link to={auditPath(row.id)} className="link">{word('deed', row.action)}</Link> },
  { id: 'actor', title: 'audit.actor', width: 160, grow: true, cell: (row) => row.actor.name },
  { id: 'when', title: 'audit.when', width: 130, end: true, cell: (row) => <When at={row.at} /> },
]
/** Who changed it, from the audit itself. */
function Changes({ id }: { id: string }) {
  const lines = useQuery(read<AuditRow[]>('/audit', { subjectType: 'product', subjectId: id, limit: 8 }))
  return (
    <Section title={t('products.history')} actions={<ButtonLink small look="quiet" to={filtered(paths.audit, { subjectType: 'product', subjectId: id })}>{t('people.showAll')}</ButtonLink>}>
      <Part query={lines}>{(rows) => <Rows label={t('products.history')} columns={changeColumns} rows={rows} id={(row) => row.id} empty={t('products.noHistory')} />}</Part>
    </Section>
  )
}

const facts = (product: Product): [string, React.ReactNode][] => [
  [t('products.sku'), <code key="s">{product.sku}</code>],
  [t('products.slug'), <code key="l">{product.slug}</code>],
  [t('products.category'), product.categoryId && <CategoryName key="g" id={product.categoryId} />],
  [t('products.tags'), product.tags.length > 0 && <span key="t" className="tags">{product.tags.map((tag) => <Link key={tag} to={filtered(paths.products, { tag })} className="tag">{tag}</Link>)}</span>],
  [t('products.taxClass'), product.taxClass !== 'standard' && word('taxClass', product.taxClass)],
  [t('products.cost'), product.cost && <Money key="k" value={product.cost} />],
  [t('products.lowBelow'), number(product.lowStock)],
  [t('products.description'), product.description],
  [t('products.when'), <When key="w" at={product.createdAt} />],
  [t('products.changed'), <When key="u" at={product.updatedAt} />],
]

function CategoryName({ id }: { id: string }) {
  const way = treeOf(useQuery(read<Category[]>('/categories')).data ?? []).find((one) => one.id === id)?.path
  return way ? <Link to={filtered(paths.products, { categoryId: id })} className="link">{way}</Link> : null
}

const Editable = ({ on, label, onEdit, children }: { on: boolean; label: string; onEdit: () => void; children: React.ReactNode }) =>
  on ? (
    <button type="button" className="editable" aria-label={t('products.change', { name: label })} onClick={onEdit}>
      {children}
      <Pencil size={12} aria-hidden />
    </button>
  ) : (
    children
  )

export function ProductPeek({ id }: { id: string }) {
  const product = useQuery(productQuery(id))
  return (
    <div className="peek">
      <Part query={product}>{(data) => <Facing product={data} />}</Part>
    </div>
  )
}

function Facing({ product }: { product: Product }) {
  const deeds = useProductDeeds(product)
  return (
    <>
      <header className="peek-head">
        {product.pictureId && <Thumb product={product.id} file={product.pictureId} />}
        <h2 className="peek-title">{product.name}</h2>
        <span className="spring" />
        <span className="peek-figure">
          <Money value={product.price} />
        </span>
      </header>
      <div className="peek-marks">
        <State value={product.active ? 'active' : 'inactive'} />
        <Id id={product.id} kind="product" />
        <span className="spring" />
        {deeds.mayEdit && (
          <Button small icon={<Pencil size={13} />} onClick={() => deeds.setEditing('name')}>
            {t('common.edit')} <Kbd>E</Kbd>
          </Button>
        )}
      </div>
      <Facts rows={[[t('products.stock'), <Stock key="k" product={product} />], [t('products.weight'), weight(product.weight)], ...facts(product)]} />
      {deeds.editing && (
        <Edit
          product={product}
          focus={deeds.editing}
          onClose={() => deeds.setEditing(undefined)}
          onDone={(next) => {
            deeds.setEditing(undefined)
            void deeds.fresh()
            deeds.tell(t('products.saved', { name: next.name }))
          }}
        />
      )}
    </>
  )
}
