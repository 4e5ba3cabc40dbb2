/** What a request is about, and why it needs somebody else, in the reader's language. */
import type { Approval } from '@/api/shapes'
import { t } from '@/i18n'

/** An order of which something goes back, or whom stored credit is for. */
export const aboutOf = ({ kind, subject }: Pick<Approval, 'kind' | 'subject'>) => (kind === 'credit' ? t('approvals.creditFor', { name: subject.label }) : subject.label)

export const causeOf = ({ cause, causeKind, ruleName }: Pick<Approval, 'cause' | 'causeKind' | 'ruleName'>) =>
  causeKind === 'grant' ? t('approvals.byGrant') : ruleName ? t('approvals.byRule', { rule: ruleName }) : cause
