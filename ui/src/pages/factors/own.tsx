/** One's own second factors: what there is, what can be added, and taking away with proof. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { read } from '@/api/client'
import type { Factor, Factors } from '@/api/shapes'
import { t, word } from '@/i18n'
import { when } from '@/lib/time'
import { AddPasskey } from '@/pages/passkeys/add'
import { PasskeysElsewhere } from '@/pages/passkeys/elsewhere'
import { usePasskeys } from '@/pages/passkeys/ways'
import { Button, IconButton } from '@/parts/button'
import { Menu } from '@/parts/menu'
import { Part } from '@/parts/states'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { AddApp } from './add'
import { AddSent } from './add-sent'
import { RemoveFactor, RenameFactor, RenewCodes } from './change'

type Open = { what: 'add' | 'passkey' | 'email' | 'sms' } | { what: 'renew' } | { what: 'rename' | 'remove'; factor: Factor }

export function OwnFactors() {
  const client = useQueryClient()
  const query = useQuery(read<Factors>('/auth/factors'))
  const [open, setOpen] = useState<Open>()
  const close = () => {
    setOpen(undefined)
    void client.invalidateQueries({ queryKey: ['auth'] })
  }
  const passkeys = usePasskeys()
  const some = (query.data?.factors.length ?? 0) > 0
  // One of each kind at most.
  const sendable = passkeys.codes.filter((kind) => !query.data?.factors.some((one) => one.kind === kind))
  const apps = query.data?.factors.some((one) => one.kind === 'totp')
  return (
    <>
      <Section title={t('factor.title')} actions={
          query.data && (
            <>
              {passkeys.here && (
                <Button small onClick={() => setOpen({ what: 'passkey' })}>
                  {t('passkey.add')}
                </Button>
              )}
              <Button small onClick={() => setOpen({ what: 'add' })}>
                {t(apps ? 'factor.addAnother' : 'factor.add')}
              </Button>
              {sendable.length > 0 && (
                <Menu
                  items={sendable.map((kind) => ({ label: t(kind === 'email' ? 'factor.addEmail' : 'factor.addSms'), run: () => setOpen({ what: kind }) }))}
                  trigger={
                    <IconButton label={t('factor.otherWays')} hint={false}>
                      <Ellipsis size={14} />
                    </IconButton>
                  }
                />
              )}
            </>
          )
        }
      >
        <Part query={query}>
          {({ factors }) => (
            <Rows
              label={t('factor.title')}
              rows={factors}
              id={(row) => row.id}
              empty={t('factor.alone')}
              columns={[
                { id: 'name', title: 'factor.name', width: 180, grow: true, cell: (row) => row.name },
                { id: 'kind', title: 'factor.kind', width: 150, cell: (row) => word('factorKind', row.kind) },
                { id: 'since', title: 'factor.since', width: 120, cell: (row) => <When at={row.createdAt} /> },
                { id: 'used', title: 'factor.lastUsed', width: 120, cell: (row) => <When at={row.lastUsedAt} /> },
                {
                  id: 'deeds',
                  deeds: true,
                  title: 'common.more',
                  width: 60,
                  end: true,
                  cell: (row) => (
                    <Menu
                      items={[
                        { label: t('factor.rename'), run: () => setOpen({ what: 'rename', factor: row }) },
                        { label: t('factor.remove'), danger: true, run: () => setOpen({ what: 'remove', factor: row }) },
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
          )}
        </Part>
        <PasskeysElsewhere className="field-hint" />
      </Section>
      {some && query.data && (
        <Section title={t('factor.codes')} actions={<Button small onClick={() => setOpen({ what: 'renew' })}>{t('factor.renew')}</Button>}>
          <p className={query.data.backupCodesLeft === 0 ? 'form-note' : 'section-lead'}>
            {query.data.backupCodesLeft === 0 ? t('factor.noCodes') : t('factor.left', { left: query.data.backupCodesLeft, when: query.data.backupCodesMadeAt ? when(query.data.backupCodesMadeAt) : '–' })}
          </p>
        </Section>
      )}
      {(open?.what === 'email' || open?.what === 'sms') && <AddSent kind={open.what} onClose={close} />}
      {open?.what === 'passkey' && <AddPasskey onClose={close} />}
      {open?.what === 'add' && <AddApp first={!some} onClose={close} />}
      {open?.what === 'rename' && <RenameFactor factor={open.factor} onClose={close} />}
      {open?.what === 'remove' && <RemoveFactor factor={open.factor} last={query.data?.factors.length === 1} fresh={isFresh(query.data)} onClose={close} />}
      {open?.what === 'renew' && <RenewCodes fresh={isFresh(query.data)} onClose={close} />}
    </>
  )
}

/** Whether a code was given a moment ago, with enough left of that moment to fill in a dialog. */
const isFresh = (factors: Factors | undefined) => factors?.freshUntil != null && Date.parse(factors.freshUntil) > Date.now() + 30_000
