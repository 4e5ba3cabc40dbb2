/** The address and the password fit several businesses: which one is meant. */
import { useState } from 'react'
import type { Businesses } from '@/api/shapes'
import { FormProblem } from '@/forms/form'
import type { Form, Values } from '@/forms/use-form'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Gate } from './gate'

type Props<V extends Values> = { businesses: Businesses['businesses']; form: Form<V>; onPick: (id: string) => void; onBack: () => void }
export function ChooseBusiness<V extends Values>({ businesses, form, onPick, onBack }: Props<V>) {
  const [picked, setPicked] = useState('')
  const pick = (id: string) => {
    setPicked(id)
    onPick(id)
  }
  return (
    <Gate title={t('entry.which')} lead={t('entry.whichLead')}>
      <div className="form">
        {businesses.map(({ id, name }) => (
          <Button key={id} className="btn-wide" busy={form.busy && picked === id} onClick={() => pick(id)}>
            {name}
          </Button>
        ))}
        <FormProblem form={form} />
      </div>
      <div className="entry-ways">
        <button type="button" className="linkish" onClick={onBack}>
          {t('link.toSignIn')}
        </button>
      </div>
    </Gate>
  )
}
