/** What is said after a deed: a toast that leads to its audit row, and how to tell "no" from "no answer". */
import { request } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { AuditRow } from '@/api/shapes'
import { t } from '@/i18n'
import { auditPath, subjectPath } from '@/paths'
import { toast } from '@/parts/toasts'
import { can } from '@/session'

type Deed = { text: string; type: string; id: string; action?: string; bad?: boolean; detail?: string }

/** The newest audit row about a record; undefined where one may not see it or it cannot be read now. */
async function rowOf({ type, id, action }: Deed): Promise<string | undefined> {
  if (!can('read:audit')) return undefined
  const params = { subjectType: type, subjectId: id, ...(action ? { action } : {}), limit: 1 }
  return (await request<AuditRow[]>('GET', '/audit', { params }).catch(() => undefined))?.data[0]?.id
}

export const said = {
  toast: async ({ text, type, id, bad, detail, ...rest }: Deed) => {
    const row = await rowOf({ text, type, id, ...rest })
    const page = subjectPath({ type, id })
    const link = row ? { to: auditPath(row), label: t('common.auditRow') } : page && page !== location.pathname ? { to: page, label: t('common.open') } : undefined
    toast({ text, ...(link ? { link } : {}), ...(bad ? { bad } : {}), ...(detail ? { detail } : {}) })
  },
  /** No answer, or one that does not say whether it was done. */
  isUnclear: (error: unknown) => {
    const problem = asProblem(error)
    return problem.offline || problem.status >= 500 || problem.code === 'still_running'
  },
}
