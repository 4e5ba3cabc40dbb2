/** What customers may still spend with us. */
import type { Credit } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { paths } from '@/paths'
import { t } from '@/i18n'
import { ButtonLink } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { Id, Money, When } from '@/parts/values'
import { ListPage } from '@/table/list-page'
import { Shown } from '@/table/shown'
import type { ListSpec } from '@/table/spec'
import { customerFilter } from '../filters'

const credits: ListSpec<Credit> = {
  area: 'credits',
  title: 'credits.title',
  path: '/credits',
  exports: '/credits/export',
  exportRight: 'export:order',
  sort: '-updatedAt',
  search: true,
  topic: 'user',
  again: 'list',
  name: (credit) => credit.customer.name,
  to: (credit) => paths.person(credit.customer.id),
  columns: [
    { id: 'customer', title: 'credits.customer', width: 180, grow: 2, cell: (credit) => <PersonLink id={credit.customer.id}>{credit.customer.name}</PersonLink> },
    { id: 'email', title: 'people.email', width: 200, grow: 2, drop: 1, cell: (credit) => credit.customer.email },
    { id: 'balance', title: 'credits.balance', width: 120, end: true, sort: 'balance', cell: (credit) => <Money value={credit.balance} dash /> },
    { id: 'moved', title: 'credits.moved', width: 140, moment: true, end: true, sort: 'updatedAt', cell: (credit) => <When at={credit.updatedAt} /> },
    { id: 'since', title: 'credits.since', width: 140, moment: true, end: true, drop: 2, cell: (credit) => <When at={credit.createdAt} /> },
    { id: 'id', title: 'credits.id', width: 120, hidden: true, cell: (credit) => <Id id={credit.id} /> },
  ],
  filters: [{ kind: 'flag', field: 'open', title: 'credits.openOnly' }, customerFilter('credits.customer'), { kind: 'text', field: 'currency', title: 'credits.currency' }],
  empty: { text: 'credits.empty' },
}

export const Credits = () => (
  <ListPage
    spec={credits}
    actions={<ButtonLink to={paths.creditMoves}>{t('credits.moves')}</ButtonLink>}
    above={
      <>
        <Tabs area="payments" />
        <Shown
          title="credits.shown"
          path={paths.credits}
          choices={[
            { title: 'credits.all', search: {} },
            { title: 'credits.withLeft', search: { open: 'true' } },
          ]}
        />
      </>
    }
  />
)
