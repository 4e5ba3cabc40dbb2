/** What happens once somebody is known: back to where one was going, with new backup codes where there are any. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { SignedIn } from '@/api/shapes'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { toast } from '@/parts/toasts'
import { signedIn } from '@/session'

/** Only a path of our own: an address from outside must not decide where a person lands. */
export const inside = (next: string | undefined) => (next && /^\/(?![/\\])/.test(next) ? next : '/')
/** From here on new backup codes are offered. */
const FEW = 3

export function useEntering(next: string | undefined) {
  const go = useNavigate()
  const client = useQueryClient()
  const [codes, setCodes] = useState<string[]>()
  const land = () => void go({ href: inside(next), replace: true })
  const enter = (reply: SignedIn) => {
    client.clear()
    signedIn(reply)
    if (reply.backupCodes && reply.backupCodes.length > 0) return setCodes(reply.backupCodes)
    const left = reply.backupCodesLeft ?? Infinity
    if (left <= FEW) toast({ text: t('factor.fewLeft', { n: left }), link: { to: paths.account, label: t('factor.makeNew') } })
    land()
  }
  return { enter, codes, land }
}
