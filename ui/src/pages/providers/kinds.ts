/** A connection as text in fields, and back; and what each kind of provider needs. Pure. */
import type { Provider, ProviderKind } from '@/api/shapes'

export type Preset = 'google' | 'entra' | 'okta' | 'auth0' | 'apple' | 'github' | 'facebook' | 'oidc' | 'saml'
/** Well-known providers first; whatever speaks OpenID Connect or SAML last. */
export const presets: Preset[] = ['google', 'entra', 'okta', 'auth0', 'apple', 'github', 'facebook', 'oidc', 'saml']
const ofOpenId = ['entra', 'okta', 'auth0']
export const kindOf = (preset: Preset): ProviderKind => (ofOpenId.includes(preset) ? 'oidc' : (preset as ProviderKind))
/** What its issuer looks like. */
export const issuerLike: Partial<Record<Preset, string>> = {
  entra: 'https://login.microsoftonline.com/TENANT-ID/v2.0',
  okta: 'https://YOUR.okta.com',
  auth0: 'https://YOUR.eu.auth0.com/',
  oidc: 'https://id.example.com',
  saml: 'https://idp.example.com/entity',
  github: 'https://github.example.com',
}

export type GroupLine = { group: string; role: string }
export type ProviderText = {
  name: string
  issuer: string
  clientId: string
  secret: string
  'apple.teamId': string
  'apple.keyId': string
  'saml.metadata': string
  'saml.ssoUrl': string
  'saml.certificates': string
  'saml.emailAttribute': string
  'saml.firstNameAttribute': string
  'saml.lastNameAttribute': string
  scopes: string
  domains: string
  provesAddresses: boolean
  groupClaim: string
  roles: string
  createPeople: boolean
  defaultRole: string
  enabled: boolean
}
export const readLines = (text: string) => JSON.parse(text) as GroupLine[]
export const writeLines = (lines: GroupLine[]) => JSON.stringify(lines)

export const fresh: ProviderText = {
  name: '', issuer: '', clientId: '', secret: '',
  'apple.teamId': '', 'apple.keyId': '',
  'saml.metadata': '', 'saml.ssoUrl': '', 'saml.certificates': '', 'saml.emailAttribute': '', 'saml.firstNameAttribute': '', 'saml.lastNameAttribute': '',
  scopes: '', domains: '', provesAddresses: false, groupClaim: '', roles: '[]', createPeople: false, defaultRole: 'user', enabled: true,
}

export const toText = (one: Provider): ProviderText => ({
  name: one.name,
  issuer: one.issuer ?? '',
  clientId: one.clientId ?? '',
  secret: '',
  'apple.teamId': one.apple?.teamId ?? '',
  'apple.keyId': one.apple?.keyId ?? '',
  'saml.metadata': '',
  'saml.ssoUrl': one.saml?.ssoUrl ?? '',
  'saml.certificates': (one.saml?.certificates ?? []).map(({ pem }) => pem.trim()).join('\n'),
  'saml.emailAttribute': one.saml?.emailAttribute ?? '',
  'saml.firstNameAttribute': one.saml?.firstNameAttribute ?? '',
  'saml.lastNameAttribute': one.saml?.lastNameAttribute ?? '',
  scopes: one.scopes.join(' '),
  domains: one.domains.join(', '),
  provesAddresses: one.provesAddresses,
  groupClaim: one.groupClaim ?? '',
  roles: writeLines(one.roles.map(({ group, role }) => ({ group, role }))),
  createPeople: one.createPeople,
  defaultRole: one.defaultRole,
  enabled: one.enabled,
})

const words = (text: string) => text.split(/[\s,;]+/).filter(Boolean)
export const certificatesIn = (text: string) => text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []

/** What is sent: only what changed, in the engine's own shape. */
export function toBody(changed: Partial<ProviderText>, all: ProviderText): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  const has = (name: keyof ProviderText) => changed[name] !== undefined
  const text = (value: string) => value.trim() || null
  if (has('name')) body['name'] = all.name.trim()
  if (has('issuer')) body['issuer'] = text(all.issuer)
  if (has('clientId')) body['clientId'] = text(all.clientId)
  if (all.secret.trim()) body['secret'] = all.secret.trim()
  if (has('apple.teamId') || has('apple.keyId')) body['apple'] = { teamId: all['apple.teamId'].trim(), keyId: all['apple.keyId'].trim() }
  const saml: Record<string, unknown> = {}
  if (all['saml.metadata'].trim()) saml['metadata'] = all['saml.metadata'].trim()
  if (has('saml.ssoUrl')) saml['ssoUrl'] = all['saml.ssoUrl'].trim()
  if (has('saml.certificates')) saml['certificates'] = certificatesIn(all['saml.certificates'])
  for (const name of ['emailAttribute', 'firstNameAttribute', 'lastNameAttribute'] as const) if (has(`saml.${name}`)) saml[name] = text(all[`saml.${name}`])
  if (Object.keys(saml).length > 0) body['saml'] = saml
  if (has('scopes')) body['scopes'] = all.scopes.trim() ? words(all.scopes) : null
  if (has('domains')) body['domains'] = words(all.domains)
  if (has('groupClaim')) body['groupClaim'] = text(all.groupClaim)
  if (has('roles')) body['roles'] = readLines(all.roles).map(({ group, role }) => ({ group: group.trim(), role })).filter(({ group }) => group)
  for (const name of ['provesAddresses', 'createPeople', 'defaultRole', 'enabled'] as const) if (has(name)) body[name] = all[name]
  return body
}
/** What differs from an empty form: what a new connection says. */
export const said = (all: ProviderText) => Object.fromEntries(Object.entries(all).filter(([name, value]) => fresh[name as keyof ProviderText] !== value)) as Partial<ProviderText>

/** Which fields a kind has; a required one has to be there before it is sent. */
export const needs = (kind: ProviderKind) => ({
  issuer: kind === 'oidc' ? ('required' as const) : kind === 'saml' || kind === 'github' ? ('optional' as const) : ('none' as const),
  client: kind !== 'saml',
  secret: kind === 'saml' ? ('none' as const) : kind === 'oidc' ? ('optional' as const) : ('required' as const),
  apple: kind === 'apple',
  saml: kind === 'saml',
  groups: kind === 'oidc' || kind === 'google' || kind === 'saml',
  scopes: kind !== 'saml',
})
