/** Beside a policy: what it refused or would have, its versions with the way back, and the words it may use. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { Policy, PolicyVersion, Refusal } from '@/api/shapes'
import { t, word } from '@/i18n'
import { filtered, paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Diff } from '@/record/diff'
import { Section } from '@/record/record-page'

const FEW = 8
export function Shadow({ policy }: { policy: Policy }) {
  const inShadow = policy.state !== 'enforced'
  const rows = useQuery(read<Refusal[]>('/access/refusals', { policyId: policy.id, shadow: inShadow, limit: FEW }))
  return (
    <Section title={t(inShadow ? 'policy.wouldHave' : 'policy.refused')} actions={<ButtonLink small look="quiet" to={filtered(paths.refusals, { policyId: policy.id })}>{t('people.showAll')}</ButtonLink>}>
      <Part query={rows}>
        {(found) =>
          found.length === 0 ? (
            <p className="quiet">{t(policy.state === 'draft' || policy.state === 'off' ? 'policy.notAsked' : 'policy.noneRefused')}</p>
          ) : (
            <ul className="plain-list">
              {found.map((row) => (
                <li key={row.id}>
                  <PersonLink id={row.userId} look="link">{row.userName}</PersonLink>: {word('permission', row.permission)} <span className="quiet"><When at={row.at} />{row.line ? ` · ${t('policy.line', { n: row.line })}` : ''}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Part>
    </Section>
  )
}

const plain = ({ name, description, source, tests, state }: PolicyVersion) => ({ name, description, source, tests: JSON.stringify(tests, null, 1), state })

export function History({ policy }: { policy: Policy }) {
  const client = useQueryClient()
  const history = useQuery(read<PolicyVersion[]>(`/policies/${policy.id}/history`))
  const [open, setOpen] = useState<number>()
  const revert = (version: number) =>
    confirm({
      title: t('policy.revertTitle', { n: version }),
      body: t('policy.revertBody'),
      deed: t('policy.revert'),
      reason: 'required',
      run: async (reason) => {
        await post(`/policies/${policy.id}/revert`, { version, reason })
        await client.invalidateQueries({ queryKey: ['policies'] })
        toast({ text: t('policy.reverted', { n: version }) })
      },
    })
  return (
    <Section title={t('policy.history')}>
      <Part query={history}>
        {(versions) => (
          <ol className="versions">
            {versions.map((one, i) => {
              const before = versions[i + 1]
              return (
                <li key={one.version} className="version">
                  <div className="version-line">
                    <span className="num">{t('policy.version', { n: one.version })}</span>
                    <State value={one.state} />
                    <span className="spring" />
                    {before && (
                      <Button small look="quiet" aria-expanded={open === one.version} onClick={() => setOpen(open === one.version ? undefined : one.version)}>
                        {t('policy.whatChanged')}
                      </Button>
                    )}
                    {i > 0 && (
                      <Button small look="quiet" refuse={lacking('manage:policy')} onClick={() => revert(one.version)}>
                        {t('policy.revert')}
                      </Button>
                    )}
                  </div>
                  <p className="quiet">
                    <When at={one.at} /> {t('common.by', { name: one.changedByName })}
                    {one.reason && <> · {one.reason}</>}
                  </p>
                  {open === one.version && before && <Diff before={plain(before)} after={plain(one)} />}
                </li>
              )
            })}
          </ol>
        )}
      </Part>
    </Section>
  )
}

/** The words, for whoever writes one without having them by heart. */
export function Words() {
  const schema = useQuery({ ...read<{ schema: string }>('/policies/schema'), staleTime: Infinity })
  return (
    <Section title={t('policy.words')}>
      <p className="section-lead">{t('policy.wordsLead')}</p>
      <details className="words">
        <summary>{t('policy.showWords')}</summary>
        <Part query={schema}>{(data) => <pre>{data.schema}</pre>}</Part>
      </details>
    </Section>
  )
}
