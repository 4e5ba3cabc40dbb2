/** Whether mail goes out at all, for those who may know and may read it here: without a mail server it stays in the built-in mailbox. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { System } from '@/api/shapes'
import { useCan } from '@/session'

export function useMailStays(): boolean {
  const reads = useCan('read:mail')
  const knows = useCan('read:system')
  const system = useQuery({ ...read<System>('/system'), enabled: reads && knows })
  return reads && knows && system.data?.providers.mail === 'mailbox'
}
