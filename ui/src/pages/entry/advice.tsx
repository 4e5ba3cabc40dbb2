/** How good a password is, said while it is typed. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post } from '@/api/client'
import type { PasswordAdvice } from '@/api/shapes'
import { t, wordFor } from '@/i18n'

const PAUSE = 400
/** `words` are what somebody who guesses would try first: name, address, business. */
export function Advice({ password, token, words }: { password: string; token?: string; words?: string[] }) {
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(password), PAUSE)
    return () => clearTimeout(timer)
  }, [password])
  const about = (words ?? []).filter(Boolean).slice(0, 10)
  const advice = useQuery({
    queryKey: ['advice', settled, token, about],
    queryFn: () => post<PasswordAdvice>('/auth/password/check', { password: settled, ...(token ? { token } : {}), ...(about.length > 0 ? { words: about } : {}) }),
    enabled: settled !== '',
    placeholderData: (before) => before,
    gcTime: 0,
    retry: false,
    staleTime: Infinity,
  }).data
  if (!password || !advice) return null
  const hints = advice.problems.length > 0 ? advice.problems : [advice.warning, ...advice.suggestions].filter((one) => one != null).slice(0, 2)
  return (
    <div className="advice" role="status">
      <span className={`advice-bar advice-${advice.acceptable ? 'good' : 'poor'}`} aria-hidden>
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={step <= advice.score ? 'advice-on' : undefined} />
        ))}
      </span>
      <p>{advice.acceptable ? t('link.good') : hints.map(({ code, message }) => wordFor('passwordHint', code) ?? message).join(' ')}</p>
    </div>
  )
}
