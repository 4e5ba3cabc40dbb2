/** Keeps what the engine says of roles at hand for cells and options, for those who may see it. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { knownRoles, rolesQuery } from '@/pages/people/roles'
import { useCan } from '@/session'

export function useKnownRoles() {
  const roles = useQuery({ ...rolesQuery, enabled: useCan('read:role'), retry: false }).data
  useEffect(() => knownRoles.set(roles), [roles])
}
