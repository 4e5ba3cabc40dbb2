/** Why a request needs somebody else, in the reader's language: the engine writes the sentence down in its own as the request is made. */
import { t } from '@/i18n'

const byRule = /^The rule "(.*)" asks for a second pair of eyes\.$/
const byGrant = 'Whoever granted this may not send it; somebody else has to.'

export function causeOf({ cause }: { cause: string }) {
  const rule = byRule.exec(cause)?.[1]
  return rule !== undefined ? t('approvals.byRule', { rule }) : cause === byGrant ? t('approvals.byGrant') : cause
}
