/** Behind the link that proves an address. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Verified } from '@/api/shapes'
import { t } from '@/i18n'
import { takeToken } from '@/lib/link-token'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Gate } from './gate'

export function VerifyEmail() {
  const [token] = useState(takeToken)
  const proof = useQuery({ queryKey: ['verify', token], queryFn: () => post<Verified>('/auth/email/verify', { token }), enabled: token !== '', staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false })
  const onward = <ButtonLink look="primary" to={paths.home}>{t('common.toHome')}</ButtonLink>
  const bad = proof.isError && asProblem(proof.error).errors.some(({ code }) => code === 'bad_link')
  if (token === '' || bad) return <Gate title={t('link.overTitle')} lead={t('link.overVerify')}>{onward}</Gate>
  return (
    <Gate title={t(proof.data ? 'link.verifiedTitle' : 'link.verifying')} lead={proof.data && t(proof.data.already ? 'link.verifiedBefore' : 'link.verified')}>
      <Part query={proof} lines={2}>
        {() => onward}
      </Part>
    </Gate>
  )
}
