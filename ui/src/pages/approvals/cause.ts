/** Why a request needs somebody else, in the reader's language. */
import type { Approval } from '@/api/shapes'
import { t } from '@/i18n'

export const causeOf = ({ cause, causeKind, ruleName }: Pick<Approval, 'cause' | 'causeKind' | 'ruleName'>) =>
  causeKind === 'grant' ? t('approvals.byGrant') : ruleName ? t('approvals.byRule', { rule: ruleName }) : cause
