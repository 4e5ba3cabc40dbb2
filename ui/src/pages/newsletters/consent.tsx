/** Whether somebody wants newsletters: for a person, by staff who writes down how they said so; and for oneself. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { read, request } from '@/api/client'
import type { NewsletterConsent, User } from '@/api/shapes'
import { AreaField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts, Section } from '@/record/record-page'
import { useMe } from '@/session'

const put = async (path: string, body: unknown) => (await request<NewsletterConsent>('PUT', path, { body })).data

const Standing = ({ consent }: { consent: NewsletterConsent }) => (
  <>
    <Facts
      rows={[
        [t('news.wants'), <State key="w" value={consent.agreed ? 'agreed' : consent.how ? 'left' : 'never'} words="consentState" tone={consent.agreed ? 'ok' : 'idle'} />],
        [t('news.how'), consent.how && word('consentHow', consent.how)],
        [t('news.note'), consent.note],
        [t('news.since'), consent.at && <When key="a" at={consent.at} />],
        [t('news.writtenBy'), consent.how === 'staff' && consent.by],
      ]}
    />
    {consent.suppressed && (
      <p className="notice" role="status">
        {t('news.suppressedSays')} {word('suppressionReason', consent.suppressed)}.
      </p>
    )}
  </>
)

export function PersonNewsletters({ user }: { user: User }) {
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const query = read<NewsletterConsent>(`/users/${user.id}/newsletters`)
  const consent = useQuery(query)
  const keep = (next: NewsletterConsent) => {
    client.setQueryData(query.queryKey, next)
    toast({ text: t('news.consentSaved') })
  }
  const lack = lacking('update:user', { type: 'user', id: user.id })
  const stop = () =>
    confirm({
      title: t('news.stopTitle', { name: user.name }),
      body: t('news.stopBody'),
      deed: t('news.stop'),
      run: async () => keep(await put(`/users/${user.id}/newsletters`, { agreed: false })),
    })
  return (
    <Section
      title={t('news.title')}
      actions={
        consent.data && (
          <Button small refuse={lack ?? (user.status === 'deleted' && t('people.deletedSince'))} onClick={consent.data.agreed ? stop : () => setAsking(true)}>
            {t(consent.data.agreed ? 'news.stop' : 'news.start')}
          </Button>
        )
      }
    >
      <Part query={consent} lines={2}>
        {(data) => <Standing consent={data} />}
      </Part>
      {asking && <Agree user={user} onClose={() => setAsking(false)} onDone={(next) => (keep(next), setAsking(false))} />}
    </Section>
  )
}

function Agree({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: (next: NewsletterConsent) => void }) {
  const form = useForm({
    initial: { note: '' },
    check: (values) => ({ ...(values.note.trim() ? {} : { note: t('common.required') }) }),
    send: (values) => put(`/users/${user.id}/newsletters`, { agreed: true, note: values.note.trim() }),
    onDone,
  })
  return (
    <FormDialog form={form} title={t('news.startTitle', { name: user.name })} lead={t('news.startLead')} deed={t('news.start')} onClose={onClose}>
      <AreaField form={form} name="note" label={t('news.noteLabel')} hint={t('news.noteHint')} rows={2} max={200} />
    </FormDialog>
  )
}

const ownQuery = read<NewsletterConsent>('/auth/newsletters')

export function OwnNewsletters() {
  const client = useQueryClient()
  const me = useMe()
  const [busy, setBusy] = useState(false)
  const consent = useQuery(ownQuery)
  const choose = (agreed: boolean) => {
    setBusy(true)
    put('/auth/newsletters', { agreed })
      .then((next) => {
        client.setQueryData(ownQuery.queryKey, next)
        toast({ text: t('news.ownSaved') })
      }, toastProblem)
      .finally(() => setBusy(false))
  }
  return (
    <div id="newsletters">
      <Section
        title={t('news.title')}
        actions={
          consent.data && (
            <Button small busy={busy} refuse={!consent.data.agreed && !me.emailVerified && t('news.ownUnproved')} onClick={() => choose(!consent.data.agreed)}>
              {t(consent.data.agreed ? 'news.ownStop' : 'news.ownStart')}
            </Button>
          )
        }
      >
        <p className="section-lead">{t('news.ownLead')}</p>
        <Part query={consent} lines={2}>
          {(data) => <Standing consent={data} />}
        </Part>
      </Section>
    </div>
  )
}
