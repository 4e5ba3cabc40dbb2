import { describe, expect, it } from 'vitest'
import type { Settings } from '@/api/shapes'
import { checkText, toChange, toText, writeBands } from './form'

const settings: Settings = {
  name: 'Harbour',
  address: { street: 'Quay 1', zipCode: '5003', city: 'Bergen', state: '', country: 'NO' },
  vatId: 'NO 974 760 673 MVA',
  currency: 'EUR',
  taxRateBp: 825,
  shippingBands: [
    { underGrams: 5000, price: { amount: 500, currency: 'EUR' } },
    { underGrams: null, price: { amount: 1250, currency: 'EUR' } },
  ],
  freeShippingFrom: { amount: 10000, currency: 'EUR' },
  refundReasons: ['Broken', 'Late'],
  environment: 'local',
  version: 1,
}
const text = toText(settings)

describe('settings as text', () => {
  it('comes back as it went', () => {
    expect(checkText(text)).toEqual({})
    const { version, ...whole } = settings
    expect(version).toBe(1)
    expect(toChange(text, text)).toEqual(whole)
  })
  it('sends only what changed', () => {
    const next = { ...text, taxRateBp: '7,5' }
    expect(toChange({ taxRateBp: '7,5' }, next)).toEqual({ taxRateBp: 750 })
    expect(toChange({ freeShippingFrom: '' }, { ...text, freeShippingFrom: '' })).toEqual({ freeShippingFrom: null })
  })
  it('sends an address whole, or none', () => {
    expect(toChange({ 'address.city': 'Oslo' }, { ...text, 'address.city': 'Oslo' })).toEqual({ address: { ...settings.address, city: 'Oslo' } })
    const none = { ...text, 'address.street': '', 'address.zipCode': '', 'address.city': ' ', 'address.country': '' }
    expect(checkText(none)).toEqual({})
    expect(toChange({ 'address.street': '', vatId: '' }, { ...none, vatId: '' })).toEqual({ address: null, vatId: null })
    expect(Object.keys(checkText({ ...none, 'address.city': 'Bergen' }))).toEqual(['address.street', 'address.zipCode', 'address.country'])
  })
  it('refuses rates and bands that make no sense', () => {
    expect(checkText({ ...text, taxRateBp: '101' }).taxRateBp).toBeDefined()
    expect(checkText({ ...text, taxRateBp: '7.125' }).taxRateBp).toBeDefined()
    const falling = writeBands([{ under: '500', price: '1' }, { under: '400', price: '2' }, { under: '', price: '3' }])
    expect(checkText({ ...text, shippingBands: falling }).shippingBands).toBeDefined()
  })
})
