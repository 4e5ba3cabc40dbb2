import { describe, expect, it } from 'vitest'
import { cronWords } from './cron'

describe('a cron line in words', () => {
  it.each([
    ['10 3 * * *', /^Every day at 0?3:10/],
    ['30 9 * * 1-5', /^On weekdays at 0?9:30/],
    ['0 6 * * 1', /^Monday at 0?6:00/],
    ['0 6 * * 7', /^Sunday at 0?6:00/],
    ['5 14 1 * *', /^On day 1 of the month at (14|2):05/],
    ['7 * * * *', /^Every hour, 07 past$/],
    ['25 */6 * * *', /^Every 6 hours, 25 past$/],
    ['*/15 * * * *', /^Every 15 minutes$/],
  ])('%s', (cron, words) => expect(cronWords(cron)).toMatch(words))
  it.each(['1,2 3 * * *', '10 3 * 2 *', '10 3', '10 3 * * 1,3', '61 3 * * *', '10 3 0 * *'])('%s stays as it is', (cron) => expect(cronWords(cron)).toBeUndefined())
})
