/** Sign-in: two fields, and back to where one was going. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { post } from '@/api/client'
import { Problem } from '@/api/problem'
import type { SignedIn } from '@/api/shapes'
import { CheckField, PasswordField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { signedIn } from '@/session'
import { isDesktop } from '@/shell'
import { Brand } from './brand'

/** Only a path of our own: an address from outside must not decide where a person lands. */
const inside = (next: string | undefined) => (next && /^\/(?![/\\])/.test(next) ? next : '/')

export function SignIn() {
  const search = useSearch({ strict: false }) as { next?: string; lapsed?: string }
  const go = useNavigate()
  const client = useQueryClient()
  useEffect(() => {
    document.title = `${t('entry.signIn')} · Purser`
  }, [])
  const form = useForm({
    initial: { email: '', password: '', rememberMe: isDesktop },
    check: ({ email, password }) => ({ ...(email.trim() ? {} : { email: t('common.required') }), ...(password ? {} : { password: t('common.required') }) }),
    send: async (values) => {
      try {
        return await post<SignedIn>('/auth/login', { ...values, email: values.email.trim() })
      } catch (error) {
        if (error instanceof Problem && error.unauthenticated) throw new Problem(401, { title: t('entry.wrong'), code: error.code })
        throw error
      }
    },
    onDone: (reply) => {
      client.clear()
      signedIn(reply)
      void go({ href: inside(search.next), replace: true })
    },
  })
  return (
    <main className="gate">
      <div className="entry-card">
        <Brand />
        <h1 className="entry-title">{t('entry.signIn')}</h1>
        {search.lapsed && <p className="form-note">{t('entry.lapsed')}</p>}
        <Form form={form} deed={t('entry.signIn')} label={t('entry.signIn')} wide>
          <TextField form={form} name="email" label={t('entry.email')} type="email" autoComplete="username" autoFocus />
          <PasswordField form={form} name="password" label={t('entry.password')} />
          <CheckField form={form} name="rememberMe" label={t('entry.remember')} />
        </Form>
      </div>
    </main>
  )
}
