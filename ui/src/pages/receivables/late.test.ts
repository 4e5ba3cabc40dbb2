import { describe, expect, it } from 'vitest'
import { canBe, endOf, owedState } from './late'

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const noon = new Date(2026, 4, 20, 12)

describe('what a customer owes', () => {
  it('is late from the morning after its day', () => {
    expect(owedState({ owed: eur(100), dueAt: endOf('2026-05-20') }, noon)).toBe('owed')
    expect(owedState({ owed: eur(100), dueAt: new Date(2026, 4, 20, 8).toISOString() }, noon)).toBe('owed')
    expect(owedState({ owed: eur(100), dueAt: endOf('2026-05-19') }, noon)).toBe('late')
  })
  it('is settled when nothing is owed, however late', () => expect(owedState({ owed: eur(0), dueAt: endOf('2020-01-01') }, noon)).toBe('settled'))
  it('can be put off from today to within two years', () => {
    expect(['2026-05-20', '2028-05-18'].map((day) => canBe(day, noon))).toEqual([true, true])
    expect(['2026-05-19', '2028-05-20', '', 'soon'].map((day) => canBe(day, noon))).toEqual([false, false, false, false])
  })
})
