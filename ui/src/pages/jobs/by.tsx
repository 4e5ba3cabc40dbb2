/** Who set something off: a person by name, or Purser itself. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { User } from '@/api/shapes'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { Id } from '@/parts/values'
import { can } from '@/session'

export function By({ id }: { id: string | null | undefined }) {
  const person = useQuery({ ...read<User>(`/users/${id}`), enabled: Boolean(id) && can('read:user'), retry: false })
  if (!id) return t('jobs.ofPurser')
  return person.data ? <Link to={paths.person(id)} className="link">{person.data.name}</Link> : <Id id={id} kind="user" />
}
