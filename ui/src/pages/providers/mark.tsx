/** A small sign for a kind of provider; never a company's mark. */
import { Building2, CodeXml, KeySquare, LogIn } from 'lucide-react'
import type { ProviderKind } from '@/api/shapes'

export function Mark({ kind }: { kind: ProviderKind }) {
  const Sign = kind === 'github' ? CodeXml : kind === 'saml' ? Building2 : kind === 'oidc' ? KeySquare : LogIn
  return <Sign size={14} aria-hidden />
}
