/** Everything one person may do and may not, each with where it comes from; every line can be asked why. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import type { EffectiveRight, RightSource, User } from '@/api/shapes'
import { t, word } from '@/i18n'
import { personQuery } from '@/pages/people/peek'
import { roleName } from '@/pages/people/roles'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, State } from '@/parts/values'
import { RecordHeader, Section } from '@/record/record-page'
import { PersonalRights, rightsQuery } from './personal'
import { powerName } from './save-roles'

export function RightsPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const person = useQuery(personQuery(id))
  return (
    <Part query={person} lines={10} whole>
      {(user) => (
        <div className="record">
          <RecordHeader
            up={{ to: paths.person(id), label: user.name }}
            title={t('access.rightsOf', { name: user.name })}
            marks={
              <>
                <State value={user.status} />
                <span>{roleName(user.role)}</span>
                <Id id={user.id} kind="user" />
              </>
            }
            actions={<ButtonLink to={filtered(paths.explain, { userId: id })}>{t('access.explain')}</ButtonLink>}
          />
          <div className="record-main record-alone">
            <PersonalRights user={user} whole />
            <Effective user={user} />
          </div>
        </div>
      )}
    </Part>
  )
}

export function sourceText(source: RightSource, role: string) {
  if (source.kind === 'grant') return t('access.fromGrant')
  if (source.kind === 'denial') return t('access.fromDenial')
  if (source.kind === 'inherited') return t('access.fromInherited', { role: roleName(role), from: roleName(source.role ?? '') })
  return t('access.fromRole', { role: roleName(source.role ?? role) })
}

function Effective({ user }: { user: User }) {
  const query = useQuery(rightsQuery(user.id))
  const [all, setAll] = useState(false)
  return (
    <Part query={query} lines={10}>
      {({ effective, role }) => {
        // Over everything says it all: over one's own adds nothing then.
        const broad = (power: string) => effective.some((one) => one.allowed && `${one.permission}:own` === power)
        const plain = effective.filter((one) => !broad(one.permission))
        const shown = all ? plain : plain.filter((one) => one.allowed || one.sources.length > 0)
        return (
          <Section
            title={t('access.effective')}
            count={plain.filter((one) => one.allowed).length}
            actions={
              <label className="check">
                <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> {t('access.showMissing')}
              </label>
            }
          >
            <div className="rows-wrap">
              <table className="rows" aria-label={t('access.effective')}>
                <thead>
                  <tr>
                    <th scope="col">{t('access.permission')}</th>
                    <th scope="col">{t('access.about')}</th>
                    <th scope="col">{t('access.may')}</th>
                    <th scope="col" className="cell-grow">{t('access.because')}</th>
                    <th scope="col">
                      <span className="unseen">{t('why.ask1')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((one) => (
                    <Line key={one.permission} one={one} role={role} user={user} />
                  ))}
                </tbody>
              </table>
            </div>
          </Section>
        )
      }}
    </Part>
  )
}

const Line = ({ one, role, user }: { one: EffectiveRight; role: string; user: User }) => (
  <tr>
    <td>{powerName(one.permission)}</td>
    <td>{word('resource', one.permission.split(':')[1] ?? '')}</td>
    <td>
      <span className={`may may-${one.allowed ? 'yes' : 'no'}`}>
        {one.allowed ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}
        {t(one.allowed ? 'common.yes' : 'common.no')}
      </span>
    </td>
    <td className="cell-grow">{one.sources.map((source) => sourceText(source, role)).join('; ') || <span className="quiet">{t('access.fromNowhere')}</span>}</td>
    <td className="cell-end">
      <ButtonLink small look="quiet" to={filtered(paths.explain, { userId: user.id, permission: one.permission.replace(/:own$/, '') })}>
        {t('why.ask1')}
      </ButtonLink>
    </td>
  </tr>
)
