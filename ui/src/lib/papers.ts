/** Files the engine writes: lists for a spreadsheet, and papers (a receipt, a credit note, a report) in the reader's language. */
import type { Params } from '@/api/client'
import { asProblem } from '@/api/problem'
import { language, t } from '@/i18n'
import { toast, toastProblem } from '@/parts/toasts'
import { download } from './download'

export async function saveFile(path: string, name: string, params: Params = {}) {
  try {
    const saved = await download(path, name, params)
    if (saved) toast({ text: t('table.exported', { name: saved }) })
  } catch (error) {
    const problem = asProblem(error)
    if (problem.code !== 'aborted') toastProblem(problem)
  }
}

export const savePaper = (path: string, name: string, params: Params = {}) => saveFile(path, name, { ...params, language: language() })
