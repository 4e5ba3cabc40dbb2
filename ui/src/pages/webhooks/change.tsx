/** An endpoint: where to, what for, and which events. Its secret is shown once, when it is made. */
import { useQuery } from '@tanstack/react-query'
import { get, patch, post, read } from '@/api/client'
import type { WebhookEndpoint, WebhookEndpointMade, WebhookEvent } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { filled, useForm, type Form } from '@/forms/use-form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, word, type Key } from '@/i18n'
import { KeepSecret } from '@/parts/keep'
import { Part } from '@/parts/states'
import { asksFor, families, isEverything, turn } from './topics'

type Text = { url: string; description: string; topics: string }
const toText = (endpoint: WebhookEndpoint): Text => ({ url: endpoint.url, description: endpoint.description, topics: endpoint.topics.join(' ') })
const list = (topics: string) => topics.split(' ').filter(Boolean)
const check = (values: Text) => ({
  ...(/^https?:\/\/\S+$/.test(values.url.trim()) ? {} : { url: t(values.url.trim() ? 'hooks.urlWrong' : 'common.required') }),
  ...(values.topics.trim() ? {} : { topics: t('hooks.pickOne') }),
})
export const eventsQuery = read<WebhookEvent[]>('/webhooks/events')

export function AddEndpoint({ onClose, onDone }: { onClose: () => void; onDone: (made: WebhookEndpointMade) => void }) {
  const form = useForm<Text, WebhookEndpointMade>({
    initial: { url: '', description: '', topics: '*' },
    check,
    send: (values, key) => post<WebhookEndpointMade>('/webhooks/endpoints', { url: values.url.trim(), description: filled(values.description), topics: list(values.topics) }, key),
    onDone,
  })
  return (
    <FormDialog form={form} title={t('hooks.add')} lead={t('hooks.addLead')} deed={t('hooks.addDeed')} onClose={onClose} wide>
      <Fields form={form} />
    </FormDialog>
  )
}

export function EditEndpoint({ endpoint, onClose, onDone }: { endpoint: WebhookEndpoint; onClose: () => void; onDone: (next: WebhookEndpoint) => void }) {
  const form = useVersioned<Text, WebhookEndpoint>({
    record: endpoint,
    values: toText,
    version: (record) => record.version,
    again: () => get<WebhookEndpoint>(`/webhooks/endpoints/${endpoint.id}`),
    check,
    write: (changed, version) =>
      patch<WebhookEndpoint>(
        `/webhooks/endpoints/${endpoint.id}`,
        { ...('url' in changed ? { url: changed.url?.trim() } : {}), ...('description' in changed ? { description: changed.description?.trim() } : {}), ...('topics' in changed ? { topics: list(changed.topics ?? '') } : {}) },
        version,
      ),
    onDone,
  })
  return (
    <FormDialog form={form} title={t('hooks.edit')} deed={t('common.save')} refuse={Object.keys(form.changes).length === 0 && t('common.noChange')} onClose={onClose} wide>
      <Clashes form={form} label={(name) => t(`hooks.${name}` as Key)} />
      <Fields form={form} />
    </FormDialog>
  )
}

function Fields({ form }: { form: Form<Text> }) {
  const events = useQuery(eventsQuery)
  const topics = list(form.values.topics)
  const all = isEverything(topics)
  const put = (next: string[]) => form.set('topics', next.join(' '))
  return (
    <>
      <TextField form={form} name="url" label={t('hooks.url')} hint={t('hooks.urlHint')} type="url" max={2000} autoFocus />
      <TextField form={form} name="description" label={t('hooks.description')} max={200} optional />
      <fieldset className="field">
        <legend className="field-label">{t('hooks.topics')}</legend>
        <label className="check">
          <input type="radio" name="hook-topics" checked={all} onChange={() => put(['*'])} /> {t('hooks.everything')}
        </label>
        <label className="check">
          <input type="radio" name="hook-topics" checked={!all} onChange={() => put([])} data-field="topics" /> {t('hooks.some')}
        </label>
        {form.errors['topics'] && <p className="field-error">{form.errors['topics']}</p>}
      </fieldset>
      {!all && <Part query={events}>{(rows) => <Picker rows={rows} topics={topics} onChange={put} />}</Part>}
    </>
  )
}

const Picker = ({ rows, topics, onChange }: { rows: WebhookEvent[]; topics: string[]; onChange: (next: string[]) => void }) => (
  <div className="hook-events">
    {families(rows).map((family) => {
      const star = topics.includes(`${family.name}.*`)
      return (
        <fieldset key={family.name}>
          <legend className="unseen">{word('hookFamily', family.name)}</legend>
          <label className="check hook-family">
            <input type="checkbox" checked={star} onChange={(event) => onChange(turn(topics, family, undefined, event.target.checked))} /> {t('hooks.allOf', { what: word('hookFamily', family.name) })} <code>{family.name}.*</code>
          </label>
          {family.events.map((event) => (
            <label key={event.name} className="check" title={event.when}>
              <input type="checkbox" checked={asksFor(topics, event.name)} onChange={(change) => onChange(turn(topics, family, event.name, change.target.checked))} /> <code>{event.name}</code>
            </label>
          ))}
        </fieldset>
      )
    })}
  </div>
)

export const EndpointSecret = ({ secret, onClose }: { secret: string; onClose: () => void }) => (
  <KeepSecret
    secret={secret}
    title={t('hooks.secretTitle')}
    lead={t('hooks.secretLead')}
    label={t('hooks.secret')}
    copy={t('hooks.copySecret')}
    note={t('hooks.signed')}
    promise={t('apiKeys.kept')}
    first={t('apiKeys.keepFirst')}
    onClose={onClose}
  />
)
