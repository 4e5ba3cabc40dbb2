/** What is said of a newsletter in more than one place. */
import type { Newsletter } from '@/api/shapes'
import { t } from '@/i18n'
import { number } from '@/lib/money'

export type Tongue = 'en' | 'de'
export const tongues: Tongue[] = ['en', 'de']

/** What it is called: its subject, whichever it has. */
export const titleOf = (one: Pick<Newsletter, 'subjectEn' | 'subjectDe'>) => one.subjectEn || one.subjectDe || t('news.untitled')

/** Of how many it has reached how many. */
export const reached = (one: Pick<Newsletter, 'sent' | 'total'>) => t('news.ofAll', { n: number(one.sent), all: number(one.total) })
