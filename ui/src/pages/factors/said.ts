/** What the engine says about a code, in the reader's own words and beside the field. */
import { asProblem, Problem } from '@/api/problem'
import { t } from '@/i18n'

export type CodeKind = 'totp' | 'email' | 'sms' | 'backup'
export const wrongCode = (kind: CodeKind) => t(kind === 'totp' ? 'factor.wrongCode' : kind === 'backup' ? 'factor.wrongBackup' : 'factor.wrongSent')

/** Runs `ask`; a wrong code comes back as an error of the field `code`, which `clear` empties for the next one. */
export async function withCode<T>(kind: CodeKind, clear: () => void, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const problem = asProblem(error)
    const wrong = problem.code === 'bad_code' || problem.errors.some((one) => one.field === 'code' && one.code === 'wrong')
    if (!wrong) throw error
    clear()
    throw new Problem(400, { code: 'bad_code', title: wrongCode(kind), errors: [{ field: 'code', code: 'wrong', message: wrongCode(kind) }] })
  }
}
/** The same for the password, which comes back as an error of the field `password`. */
export async function withPassword<T>(clear: () => void, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const problem = asProblem(error)
    if (!problem.errors.some((one) => one.field === 'password' && one.code === 'wrong')) throw error
    clear()
    throw new Problem(400, { code: problem.code, title: t('own.wrongPassword'), errors: [{ field: 'password', code: 'wrong', message: t('own.wrongPassword') }] })
  }
}

/** Whether there is a whole code to send. */
export const checkCode = (kind: CodeKind, code: string): { code?: string } =>
  code.trim() === '' ? { code: t('common.required') } : kind !== 'backup' && !/^\d{6}$/.test(code.replace(/\s/g, '')) ? { code: t(kind === 'totp' ? 'factor.badCode' : 'factor.badSent') } : {}
