/** Before it goes out: how many people get it, and when. */
import { useQuery } from '@tanstack/react-query'
import { post, read } from '@/api/client'
import type { Newsletter, NewsletterAudience } from '@/api/shapes'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { tongueName } from '@/lib/countries'
import { number } from '@/lib/money'
import { country } from '@/lib/text'
import { zone } from '@/lib/time'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Facts } from '@/record/record-page'
import { titleOf, tongues } from './words'

export function Send({ newsletter, onClose, onDone }: { newsletter: Newsletter; onClose: () => void; onDone: (next: Newsletter) => void }) {
  const audience = useQuery({ ...read<NewsletterAudience>(`/newsletters/${newsletter.id}/audience`), staleTime: 0, gcTime: 0 })
  const people = audience.data ? audience.data.people - audience.data.suppressed : undefined
  const form = useForm({
    initial: { later: false as boolean, at: '' },
    check: (values) => ({ ...(values.later && !(Date.parse(values.at) > Date.now()) ? { at: t('news.atWrong') } : {}) }),
    send: (values, key) => post<Newsletter>(`/newsletters/${newsletter.id}/send`, values.later ? { sendAt: new Date(values.at).toISOString() } : {}, key),
    onDone: (next) => {
      onDone(next)
      toast({ text: t(next.state === 'scheduled' ? 'news.scheduled' : 'news.sending', { n: number(people ?? 0) }) })
      onClose()
    },
  })
  const { later, at } = form.values
  const refuse = people === undefined ? t('news.counting') : !later && people === 0 ? t('news.nobody') : later && !at ? t('news.atMissing') : undefined
  const written = tongues.filter((one) => (one === 'de' ? newsletter.textDe : newsletter.textEn)).map(tongueName)
  return (
    <FormDialog
      form={form}
      title={t('news.sendTitle', { name: titleOf(newsletter) })}
      lead={people === undefined ? t('news.counting') : t(later ? 'news.sendLeadLater' : 'news.sendLead', { n: people })}
      deed={people === undefined ? t('news.send') : t(later ? 'news.schedule' : 'news.sendTo', { n: people })}
      refuse={refuse}
      onClose={onClose}
    >
      <Part query={audience} lines={3}>
        {({ suppressed }) => (
          <Facts
            rows={[
              [t('news.agreed'), <span key="a" className="num">{number(people ?? 0)}</span>],
              [t('news.leftOut'), suppressed > 0 && <span key="s" className="num">{number(suppressed)}</span>],
              [t('mails.language'), written.join(', ')],
              [t('news.countries'), newsletter.countries.length > 0 ? newsletter.countries.map(country).join(', ') : t('news.allCountries')],
            ]}
          />
        )}
      </Part>
      <fieldset className="choice-list">
        <legend className="unseen">{t('news.when')}</legend>
        <label className="check">
          <input type="radio" name="when" checked={!later} onChange={() => form.set('later', false)} /> {t('news.now')}
        </label>
        <label className="check">
          <input type="radio" name="when" checked={later} onChange={() => form.set('later', true)} /> {t('news.later')}
        </label>
      </fieldset>
      {later && (
        <label className="field">
          <span className="field-label">{t('news.at', { zone: zone() })}</span>
          <input className="input" type="datetime-local" data-field="at" value={at} onChange={(event) => form.set('at', event.target.value)} aria-invalid={form.errors['at'] ? true : undefined} />
          {form.errors['at'] && <span className="field-error">{form.errors['at']}</span>}
        </label>
      )}
    </FormDialog>
  )
}
