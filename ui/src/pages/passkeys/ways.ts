/** Whether passkeys can be used on this very page. */
import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/client'
import type { WaysIn } from '@/api/shapes'

export function usePasskeys(): { here: boolean; elsewhere: string | undefined; codes: WaysIn['codes'] } {
  const ways = useQuery({ queryKey: ['ways'], queryFn: () => get<WaysIn>('/auth/ways'), staleTime: Infinity, retry: false }).data
  const origin = ways?.passkeyOrigin ?? undefined
  // Told by what the browser can, not by which it is: a window's web view may lack passkeys, and its address is never theirs.
  const here = origin === location.origin && 'PublicKeyCredential' in window
  return { here, elsewhere: here ? undefined : origin, codes: ways?.codes ?? [] }
}
