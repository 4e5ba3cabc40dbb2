import { describe, expect, it } from 'vitest'
import { checkDays, toDays, toRetention } from './retention-text'

const kept = toDays({ signInDays: 90, sessionDays: 30, mailDays: 30, importDays: 7, deletedPeopleDays: null, version: 4 })

describe('how long things are kept', () => {
  it('comes and goes as it is', () => {
    expect(kept).toEqual({ signInDays: '90', sessionDays: '30', mailDays: '30', importDays: '7', deletedPeopleDays: '' })
    expect(toRetention({ mailDays: '45', deletedPeopleDays: '' })).toEqual({ mailDays: 45, deletedPeopleDays: null })
  })
  it('is from 7 to 3,650 whole days; deleted people may stay', () => {
    expect(checkDays(kept)).toEqual({})
    expect(Object.keys(checkDays({ ...kept, signInDays: '6', sessionDays: '3651', mailDays: '', importDays: '7.5', deletedPeopleDays: '1' }))).toHaveLength(5)
  })
})
