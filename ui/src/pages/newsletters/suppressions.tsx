/** Addresses no newsletter goes to: why, since when, and the way off the list. */
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { post } from '@/api/client'
import type { Suppression } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
import { When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { worded } from '../filters'

function TakeOff({ row }: { row: Suppression }) {
  const client = useQueryClient()
  const ask = () =>
    confirm({
      title: t('news.takeOffTitle', { email: row.email }),
      body: t(row.reason === 'unsubscribed' ? 'news.takeOffLeft' : 'news.takeOffBounced'),
      deed: t('news.takeOff'),
      reason: 'required',
      run: async (reason) => {
        await post(`/newsletters/suppressions/${row.id}/remove`, { reason })
        await client.invalidateQueries({ queryKey: ['newsletters'] })
        toast({ text: t('news.takenOff', { email: row.email }) })
      },
    })
  return (
    <Button small look="quiet" refuse={lacking('send:newsletter')} onClick={ask}>
      {t('news.takeOff')}
    </Button>
  )
}

const suppressions: ListSpec<Suppression> = {
  area: 'suppressions',
  title: 'news.suppressed',
  path: '/newsletters/suppressions',
  sort: '-createdAt',
  search: true,
  topic: 'mail',
  again: 'list',
  name: (row) => row.email,
  columns: [
    { id: 'email', title: 'news.address', width: 220, grow: 3, cell: (row) => row.email },
    { id: 'reason', title: 'news.why', width: 180, grow: 1, cell: (row) => word('suppressionReason', row.reason) },
    { id: 'error', title: 'news.said', width: 220, grow: 2, drop: 2, cell: (row) => row.error ?? <span className="quiet">–</span> },
    { id: 'of', title: 'news.cameOf', width: 120, drop: 1, cell: (row) => (row.newsletterId ? <Link to={paths.newsletter(row.newsletterId)} className="link">{t('news.theOne')}</Link> : <span className="quiet">–</span>) },
    { id: 'when', title: 'news.since', width: 132, moment: true, end: true, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
    { id: 'deeds', deeds: true, title: 'news.takeOff', width: 140, end: true, cell: (row) => <TakeOff row={row} /> },
  ],
  filters: [{ kind: 'choice', field: 'reason', title: 'news.why', options: () => worded(['bounced', 'unsubscribed'], 'suppressionReason') }],
  empty: { text: 'news.suppressedEmpty' },
}

export const Suppressions = () => <ListPage spec={suppressions} above={<Tabs area="mailbox" />} />
