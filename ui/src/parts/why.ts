/** What is refused for want of a right, and the way to ask why. A button refused so opens the explanation instead of doing nothing. */
import { t, word, type Right } from '@/i18n'
import { store } from '@/lib/store'
import { can, me } from '@/session'

export type About = { type: 'order' | 'user'; id: string }
export type Lack = { text: string; right: Right; about?: About | undefined }
/** Why something cannot be done now: a sentence, or the right that is missing. */
export type Refuse = string | Lack | false | undefined

export function lacking(right: Right, about?: About): Lack | string | undefined {
  // Whoever only looks lacks nothing: they chose not to touch.
  if (me.get()?.impersonation?.readOnly && !/^(read|export):/.test(right)) return t('why.readOnlyText')
  if (can(right)) return undefined
  return { text: t('table.noRight', { right: word('permission', right) }), right, about }
}

export const isLack = (refuse: Refuse): refuse is Lack => typeof refuse === 'object'
export const refusedText = (refuse: Refuse): string | undefined => (isLack(refuse) ? refuse.text : refuse || undefined)
/** On hover: the sentence, and that pressing explains it. */
export const refusedHint = (refuse: Refuse) => (isLack(refuse) ? `${refuse.text}. ${t('why.press')}` : refusedText(refuse))

/** A question to the engine: one's own right, as parameters of its explanation. */
export type Question = { permission: string; subjectType?: string; subjectId?: string; [more: string]: string | undefined }
export const question = store<Question | undefined>(undefined)
export const askWhy = ({ right, about }: Pick<Lack, 'right' | 'about'>) => question.set({ permission: right, ...(about ? { subjectType: about.type, subjectId: about.id } : {}) })
/** The link a refusal carries, as a question. */
export const questionOf = (link: string): Question | undefined => {
  const params = Object.fromEntries(new URLSearchParams(link.split('?')[1] ?? ''))
  return params['permission'] ? { ...params, permission: params['permission'] } : undefined
}
