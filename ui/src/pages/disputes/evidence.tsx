/** The evidence of a dispute: words, and files that go to the payment provider with them, each said to be what it shows. */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { read, request } from '@/api/client'
import type { DisputeDetail, EvidenceKind, StoredFile } from '@/api/shapes'
import { AreaField } from '@/forms/fields'
import { FormProblem } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { bytes } from '@/lib/text'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { can } from '@/session'

const texts = ['productDescription', 'customerCommunication', 'shippingDocumentation', 'refundPolicy', 'other'] as const
const kinds: EvidenceKind[] = ['receipt', 'customer_communication', 'customer_signature', 'shipping_documentation', 'service_documentation', 'refund_policy', 'cancellation_policy', 'duplicate_charge', 'other']

export const isOpen = (dispute: DisputeDetail) => dispute.state === 'opened' || dispute.state === 'needs_evidence'

export const took = (client: QueryClient, next: DisputeDetail) => {
  client.setQueryData(read<DisputeDetail>(`/disputes/${next.id}`).queryKey, next)
  return Promise.all(['disputes', 'payments', 'orders', 'ledger'].map((root) => client.invalidateQueries({ queryKey: [root] })))
}

/** Chosen files as a form keeps them: `id:kind id:kind`. */
const listed = (text: string) => text.split(' ').filter(Boolean).map((one) => ({ id: one.slice(0, one.indexOf(':')), kind: one.slice(one.indexOf(':') + 1) as EvidenceKind }))
const written = (files: { id: string; kind: EvidenceKind }[]) => files.map((file) => `${file.id}:${file.kind}`).join(' ')

export function Evidence({ dispute, onDirty }: { dispute: DisputeDetail; onDirty: (dirty: boolean) => void }) {
  const client = useQueryClient()
  const sees = can('read:file')
  const form = useForm({
    initial: { ...(Object.fromEntries(texts.map((name) => [name, dispute.evidence.texts[name] ?? ''])) as Record<(typeof texts)[number], string>), files: written(dispute.evidence.files) },
    send: async ({ files, ...rest }) =>
      (await request<DisputeDetail>('PUT', `/disputes/${dispute.id}/evidence`, { body: { texts: Object.fromEntries(Object.entries(rest).filter(([, text]) => text.trim() !== '')), files: listed(files) }, version: dispute.version })).data,
    onDone: (next) => {
      void took(client, next)
      toast({ text: t('disputes.saved') })
    },
  })
  const { dirty } = form
  useEffect(() => {
    onDirty(dirty)
    return () => onDirty(false)
  }, [dirty, onDirty])
  const locked = !isOpen(dispute) || dispute.pending || Boolean(lacking('answer:dispute'))
  return (
    <Section title={t('disputes.evidence')}>
      {!locked && <p className="section-lead">{t('disputes.evidenceLead')}</p>}
      <form
        aria-label={t('disputes.evidence')}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          form.submit()
        }}
      >
        <fieldset disabled={locked} className="form">
          {texts.filter((name) => !locked || form.values[name]).map((name) => (
            <AreaField key={name} form={form} name={name} label={t(`disputes.${name}`)} rows={2} optional />
          ))}
          {sees && <Files dispute={dispute} locked={locked} value={form.values.files} error={form.errors.files} onChange={(files) => form.set('files', files)} />}
          <FormProblem form={form} />
          {dirty && (
            <div className="form-foot">
              <Button type="submit" look="primary" busy={form.busy}>
                {t('disputes.save')}
              </Button>
            </div>
          )}
        </fieldset>
      </form>
    </Section>
  )
}

function Files({ dispute, locked, value, error, onChange }: { dispute: DisputeDetail; locked: boolean; value: string; error: string | undefined; onChange: (value: string) => void }) {
  const files = useQuery(read<StoredFile[]>('/files', { subjectType: 'order', subjectId: dispute.orderId, limit: 100 }))
  const chosen = listed(value)
  // What was chosen elsewhere of the customer's files stays in sight, and can be taken out.
  const withChosen = (rows: StoredFile[]): Pick<StoredFile, 'id' | 'name' | 'size'>[] => [...rows, ...dispute.evidence.files.filter((one) => rows.every((row) => row.id !== one.id))]
  const kindOf = (id: string) => chosen.find((one) => one.id === id)?.kind
  // The first file that shows anything else is one of its kind; the next one has to be said.
  const put = (rows: { id: string }[], id: string, kind?: EvidenceKind) =>
    onChange(written(rows.flatMap((row) => { const is = row.id === id ? kind : kindOf(row.id); return is ? [{ id: row.id, kind: is }] : [] })))
  return (
    <fieldset className="field" data-field="files" tabIndex={-1}>
      <legend className="field-label">{t('disputes.files')}</legend>
      {error ? <p className="field-error">{error}</p> : !locked && <p className="field-hint">{t('disputes.filesHint')}</p>}
      <Part query={files} lines={2}>
        {(own) => {
          const rows = withChosen(own).filter((file) => !locked || kindOf(file.id))
          return rows.length === 0 ? (
            <p className="quiet">{t(locked ? 'disputes.noneChosen' : 'disputes.noFiles')}</p>
          ) : (
            <ul className="picks">
              {rows.map((file) => {
                const kind = kindOf(file.id)
                return (
                  <li key={file.id} className="pick">
                    <label className="check">
                      <input type="checkbox" checked={kind !== undefined} onChange={(event) => put(rows, file.id, event.target.checked ? 'other' : undefined)} /> <span className="pick-name">{file.name}</span> <span className="quiet">{bytes(file.size)}</span>
                      {dispute.evidence.files.some((one) => one.id === file.id && one.sent) && <span className="quiet">{t('disputes.sentFile')}</span>}
                    </label>
                    {kind && (
                      <select className="input input-small select pick-kind" aria-label={t('disputes.shows', { file: file.name })} value={kind} onChange={(event) => put(rows, file.id, event.target.value as EvidenceKind)}>
                        {kinds.map((one) => (
                          <option key={one} value={one}>
                            {word('evidenceKind', one)}
                          </option>
                        ))}
                      </select>
                    )}
                  </li>
                )
              })}
            </ul>
          )
        }}
      </Part>
    </fieldset>
  )
}
