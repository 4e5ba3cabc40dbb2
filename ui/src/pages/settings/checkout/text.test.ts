import { describe, expect, it } from 'vitest'
import type { CheckoutSettings } from '@/api/shapes'
import { basisPoints, checkText, costs, toChange, toText } from './text'

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const settings: CheckoutSettings = {
  pricesIncludeTax: false,
  taxRates: [
    { country: 'NO', taxClass: 'standard', rateBp: 2500 },
    { country: null, taxClass: 'reduced', rateBp: 750 },
  ],
  shippingMethods: [{ code: 'post', name: 'Post', kind: 'by_weight', bands: [{ underGrams: 2000, price: eur(450) }, { underGrams: null, price: eur(900) }], countries: ['NO'], active: true }],
  cartDays: 30,
  accountDays: 14,
  version: 3,
}

describe('the checkout as text', () => {
  it('comes back as it was, and only what changed is sent', () => {
    const text = toText(settings)
    expect(checkText(text)).toEqual({})
    expect(toChange({}, text)).toEqual({})
    expect(toChange({ taxRates: text.taxRates }, text)).toEqual({ taxRates: settings.taxRates })
    expect(toChange({ shippingMethods: text.shippingMethods, reserveMinutes: '' }, text)).toEqual({ shippingMethods: settings.shippingMethods, reserveMinutes: null })
  })

  it('says what is wrong where it stands', () => {
    const text = toText({ ...settings, taxRates: [...settings.taxRates, { country: 'NO', taxClass: 'standard', rateBp: 0 }] })
    expect(Object.keys(checkText({ ...text, cartDays: '0', accountDays: '366' }))).toEqual(['taxRates', 'cartDays', 'accountDays'])
    expect(toChange({ accountDays: '21' }, { ...text, accountDays: '21' })).toEqual({ accountDays: 21 })
    expect([basisPoints('7,5'), basisPoints('100'), basisPoints('101'), basisPoints('1.234'), basisPoints('')]).toEqual([750, 10_000, undefined, undefined, undefined])
  })

  it('names the span of prices by weight', () => {
    const [method] = settings.shippingMethods
    expect(method && costs(method)).toContain('–')
  })
})
