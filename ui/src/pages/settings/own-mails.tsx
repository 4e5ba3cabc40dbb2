/** Which mails about the work one gets, of those one may. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { read, request } from '@/api/client'
import type { OwnMails as Mails, Wish } from '@/api/shapes'
import { CheckField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Section } from '@/record/record-page'

const query = read<Mails>('/auth/mails')

export function OwnMails() {
  const mails = useQuery(query)
  return (
    <div id="mails">
      <Section title={t('letters.ownTitle')}>
        <p className="section-lead">{t('letters.ownLead')}</p>
        <Part query={mails} lines={3}>
          {(data) => (data.offered.length > 0 ? <Choice key={data.wanted.join()} mails={data} /> : <p className="field-hint">{t('letters.ownNone')}</p>)}
        </Part>
      </Section>
    </div>
  )
}

function Choice({ mails }: { mails: Mails }) {
  const client = useQueryClient()
  const form = useForm<Record<Wish, boolean>, Mails>({
    initial: Object.fromEntries(mails.offered.map((one) => [one, mails.wanted.includes(one)])) as Record<Wish, boolean>,
    send: async (values) => (await request<Mails>('PUT', '/auth/mails', { body: { wanted: mails.offered.filter((one) => values[one]) } })).data,
    onDone: (next) => {
      client.setQueryData(query.queryKey, next)
      toast({ text: t('letters.ownSaved') })
    },
  })
  const same = mails.offered.every((one) => form.values[one] === mails.wanted.includes(one))
  return (
    <div className="office-fields">
      <Form form={form} deed={t('letters.ownSave')} label={t('letters.ownTitle')} refuse={same && t('common.noChange')}>
        {mails.offered.map((one) => (
          <CheckField key={one} form={form} name={one} label={word('wish', one)} />
        ))}
      </Form>
    </div>
  )
}
