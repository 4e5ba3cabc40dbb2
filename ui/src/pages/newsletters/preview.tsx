/** What a text will look like to whoever gets it, made by the engine as it makes the letter itself. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post } from '@/api/client'
import type { NewsletterPreview } from '@/api/shapes'
import { t } from '@/i18n'
import { Letter } from '@/pages/mailbox/letter'
import { Part } from '@/parts/states'
import type { Tongue } from './words'

/** What was typed, once the fingers rest. */
function useRested<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(JSON.parse(text) as T), ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return rested
}

export function Preview({ tongue, subject, text }: { tongue: Tongue; subject: string; text: string }) {
  const said = useRested({ language: tongue, subject, text }, 250)
  const shown = useQuery({ queryKey: ['newsletter-preview', said], queryFn: () => post<NewsletterPreview>('/newsletters/preview', said), placeholderData: keepPreviousData, staleTime: Infinity })
  return (
    <Part query={shown} lines={6}>
      {(data) => (
        <div className="news-preview">
          <p className="news-subject">{data.subject || <span className="quiet">{t('news.noSubject')}</span>}</p>
          <Letter key={data.html} mail={{ subject: data.subject, html: data.html }} />
        </div>
      )}
    </Part>
  )
}
