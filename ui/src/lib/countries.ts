/** Countries and languages a person can be given, named in the reader's language. */
import type { Option } from '@/table/spec'
import { locale } from '@/i18n'
import { country, countryCodes } from './text'

const tongues = ['ar', 'cs', 'da', 'de', 'el', 'en', 'es', 'fi', 'fr', 'hu', 'it', 'ja', 'ko', 'nb', 'nl', 'pl', 'pt', 'ro', 'sv', 'tr', 'uk', 'zh']

const sorted = (options: Option[]) => options.toSorted((a, b) => a.label.localeCompare(b.label, locale()))
export const countryOptions = (): Option[] => countryCodes().map((value) => ({ value, label: country(value) }))

export function tongueName(code: string | null | undefined): string {
  if (!code) return ''
  try {
    return new Intl.DisplayNames([locale()], { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}
export const tongueOptions = () => sorted(tongues.map((value) => ({ value, label: tongueName(value) })))
