/** A means of payment in the reader's language: our own by our words, a provider's as it calls them. */
import type { Payment } from '@/api/shapes'
import { word } from '@/i18n'
import { isOurs } from '../orders/methods'

export const methodOf = ({ provider, methodLabel }: Pick<Payment, 'provider' | 'methodLabel'>) => (isOurs(provider) ? word('provider', provider) : methodLabel)
