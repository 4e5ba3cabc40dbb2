/** Periods: what is closed stays as it is. What comes late is booked into the time that is still open. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Lock, LockOpen } from 'lucide-react'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { LedgerPeriod } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { PersonLink } from '@/parts/person-link'
import { toast } from '@/parts/toasts'
import { Money, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { endAfter, lastDay, monthBefore } from './months'

const periods: ListSpec<LedgerPeriod> = {
  area: 'periods',
  title: 'periods.title',
  path: '/ledger/periods',
  exports: '/ledger/periods/export',
  sort: '-endsAt',
  topic: 'ledger',
  again: false,
  name: (row) => lastDay(row.endsAt),
  columns: [
    { id: 'until', title: 'periods.until', width: 170, sort: 'endsAt', cell: (row) => <strong>{lastDay(row.endsAt)}</strong> },
    { id: 'reason', title: 'common.reason', width: 260, grow: 3, drop: 1, cell: (row) => (row.reopenedAt ? <span className="quiet">{t('periods.openAgain', { reason: row.reopenReason ?? '' })}</span> : row.reason) },
    { id: 'by', title: 'periods.by', width: 160, grow: 1, cell: (row) => <Closer row={row} /> },
    { id: 'when', title: 'periods.when', width: 132, moment: true, end: true, cell: (row) => <When at={row.closedAt} /> },
  ],
  filters: [],
  empty: { text: 'periods.empty' },
}
const newestQuery = read<LedgerPeriod[]>('/ledger/periods', { limit: 20, sort: '-endsAt' })
const Closer = ({ row }: { row: LedgerPeriod }) => (row.closedBy ? <PersonLink id={row.closedBy.id}>{row.closedBy.name}</PersonLink> : <>{t('jobs.ofPurser')}</>)

export function Periods() {
  const [open, setOpen] = useState(false)
  const lack = lacking('close:ledger')
  const last = useQuery(newestQuery).data?.find((one) => !one.reopenedAt)
  useActions([{ id: 'close', label: t('periods.close'), refuse: lack, run: () => setOpen(true) }])
  return (
    <>
      <ListPage
        spec={periods}
        above={<Tabs area="ledger" />}
        peek={(_, row) => <PeriodPeek row={row} />}
        actions={
          <Button look="primary" icon={<Lock size={14} />} refuse={lack} onClick={() => setOpen(true)}>
            {t('periods.close')}
          </Button>
        }
      />
      {open && <Close last={last} onClose={() => setOpen(false)} />}
    </>
  )
}

function PeriodPeek({ row }: { row: LedgerPeriod | undefined }) {
  if (!row) return <p className="quiet">{t('periods.notLoaded')}</p>
  return (
    <div className="peek">
      <header className="peek-head">
        <h2 className="peek-title">{t('periods.upTo', { day: lastDay(row.endsAt) })}</h2>
      </header>
      <Facts
        rows={[
          [t('common.reason'), row.reason],
          [t('periods.by'), <Closer key="b" row={row} />],
          [t('periods.when'), <When key="w" at={row.closedAt} />],
          [t('periods.reopenedWhen'), row.reopenedAt && <When key="r" at={row.reopenedAt} />],
          [t('periods.reopenedBy'), row.reopenedBy && <PersonLink key="p" id={row.reopenedBy.id}>{row.reopenedBy.name}</PersonLink>],
          [t('periods.reopenReason'), row.reopenReason],
        ]}
      />
      {!row.reopenedAt && <Reopen row={row} />}
      <Section title={t('periods.balances')}>
        <Rows
          label={t('periods.balances')}
          rows={row.balances}
          id={(one) => `${one.code} ${one.balance.currency}`}
          empty={t('periods.noBalances')}
          columns={[
            { id: 'account', title: 'ledger.account', width: 180, grow: true, cell: (one) => word('account', one.code) },
            { id: 'balance', title: 'ledger.balance', width: 120, end: true, cell: (one) => <Money value={one.balance} /> },
          ]}
        />
      </Section>
    </div>
  )
}

/** Only the newest closed one opens again; the engine asks for a fresh proof of who it is. */
function Reopen({ row }: { row: LedgerPeriod }) {
  const client = useQueryClient()
  const rows = useQuery(newestQuery).data
  const newest = rows?.find((one) => !one.reopenedAt)
  const day = lastDay(row.endsAt)
  const ask = () => {
    const key = crypto.randomUUID()
    confirm({
      title: t('periods.reopenTitle', { day }),
      body: t('periods.reopenBody'),
      deed: t('periods.reopen'),
      danger: true,
      name: day,
      reason: 'required',
      run: async (reason) => {
        await post<LedgerPeriod>(`/ledger/periods/${row.id}/reopen`, { reason }, key)
        await client.invalidateQueries({ queryKey: ['ledger'] })
        toast({ text: t('periods.reopened', { day }) })
      },
    })
  }
  const refuse = lacking('close:ledger') ?? (newest && newest.id !== row.id ? t('periods.laterFirst', { day: lastDay(newest.endsAt) }) : undefined)
  return (
    <p>
      <Button small icon={<LockOpen size={14} />} refuse={refuse} onClick={ask}>
        {t('periods.reopen')}
      </Button>
    </p>
  )
}

/** Which day it is closed up to; then asked once more, because figures are given out by it. */
function Close({ last, onClose }: { last: LedgerPeriod | undefined; onClose: () => void }) {
  const client = useQueryClient()
  // A month that is closed already is not offered once more.
  const month = monthBefore(Date.now())
  const done = last !== undefined && Date.parse(endAfter(month)) <= Date.parse(last.endsAt)
  const form = useForm<{ day: string; reason: string }, undefined>({
    initial: { day: done ? '' : month, reason: '' },
    check: ({ day, reason }) => ({
      ...(!day ? { day: t('common.required') } : last && Date.parse(endAfter(day)) <= Date.parse(last.endsAt) ? { day: t('periods.closedAlready', { day: lastDay(last.endsAt) }) } : Date.parse(endAfter(day)) > Date.now() ? { day: t('periods.notOver') } : {}),
      ...(reason.trim() ? {} : { reason: t('common.needsReason') }),
    }),
    send: () => Promise.resolve(undefined),
    onDone: (_, { day, reason }) => {
      onClose()
      const key = crypto.randomUUID()
      const name = lastDay(endAfter(day))
      confirm({
        title: t('periods.closeTitle', { day: name }),
        body: t('periods.closeBody'),
        deed: t('periods.closeDeed', { day: name }),
        danger: true,
        name,
        run: async () => {
          await post<LedgerPeriod>('/ledger/periods', { endsAt: endAfter(day), reason: reason.trim() }, key)
          await client.invalidateQueries({ queryKey: ['ledger'] })
          toast({ text: t('periods.closed', { day: name }) })
        },
      })
    },
  })
  return (
    <FormDialog form={form} title={t('periods.close')} lead={last ? t('periods.sofar', { day: lastDay(last.endsAt) }) : t('periods.lead')} deed={t('periods.next')} onClose={onClose}>
      <TextField form={form} name="day" label={t('periods.day')} hint={t('periods.dayHint')} type="date" autoFocus />
      <TextField form={form} name="reason" label={t('common.reason')} max={500} />
    </FormDialog>
  )
}
