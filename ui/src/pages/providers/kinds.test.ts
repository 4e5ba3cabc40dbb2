import { describe, expect, it } from 'vitest'
import { certificatesIn, fresh, kindOf, needs, said, toBody } from './kinds'
import { arrivedWith } from './said'

const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`

describe('a connection in fields', () => {
  it('sends only what is said, and never an empty secret', () => {
    const all = { ...fresh, name: ' Okta ', issuer: 'https://x.okta.com', clientId: 'abc', domains: 'a.example, b.example' }
    expect(toBody(said(all), all)).toEqual({ name: 'Okta', issuer: 'https://x.okta.com', clientId: 'abc', domains: ['a.example', 'b.example'] })
  })
  it('gives both of Apple’s names when one changed', () => {
    const all = { ...fresh, 'apple.teamId': 'TEAM', 'apple.keyId': 'KEY' }
    expect(toBody({ 'apple.keyId': 'KEY' }, all)).toEqual({ apple: { teamId: 'TEAM', keyId: 'KEY' } })
  })
  it('takes a cleared text for nothing and leaves groups without a name out', () => {
    const all = { ...fresh, roles: '[{"group":" ","role":"user"},{"group":"money","role":"finance"}]' }
    expect(toBody({ groupClaim: '', roles: all.roles, scopes: '' }, all)).toEqual({ groupClaim: null, scopes: null, roles: [{ group: 'money', role: 'finance' }] })
  })
  it('finds every certificate in what was pasted', () => {
    expect(certificatesIn(`${pem('aa')}\n\n${pem('bb')}`)).toEqual([pem('aa'), pem('bb')])
    expect(certificatesIn('nothing')).toEqual([])
  })
  it('asks each kind only for what it needs', () => {
    expect(kindOf('entra')).toBe('oidc')
    expect(needs('saml')).toMatchObject({ client: false, secret: 'none', scopes: false })
    expect(needs('google')).toMatchObject({ issuer: 'none', secret: 'required' })
  })
})

describe('what a provider sends back with', () => {
  it('is a code or an error, for signing in or for linking', () => {
    expect(arrivedWith('#code=abc')).toEqual({ code: 'abc', error: '', purpose: 'sign_in' })
    expect(arrivedWith('#error=cancelled&purpose=link')).toEqual({ code: '', error: 'cancelled', purpose: 'link' })
    expect(arrivedWith('')).toEqual({ code: '', error: '', purpose: 'sign_in' })
  })
})
