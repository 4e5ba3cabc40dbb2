/** Tax by country and class. */
import { Plus, X } from 'lucide-react'
import type { Form } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { country, countryCodes } from '@/lib/text'
import { Button, IconButton } from '@/parts/button'
import { readRates, writeRates, type CheckoutText, type RateText } from './text'

const classes: RateText['taxClass'][] = ['standard', 'reduced', 'low', 'zero']

export function Rates({ form }: { form: Form<CheckoutText> }) {
  const rates = readRates(form.values.taxRates)
  const put = (next: RateText[]) => form.set('taxRates', writeRates(next))
  const change = (at: number, part: Partial<RateText>) => put(rates.map((rate, i) => (i === at ? { ...rate, ...part } : rate)))
  const error = form.errors['taxRates']
  const codes = countryCodes()
  return (
    <fieldset className="field" aria-describedby="rates-say">
      <legend className="field-label">{t('checkout.taxRates')}</legend>
      <div className="rates">
        {rates.map((rate, i) => (
          <div key={i} className="rate">
            <select className="input select" data-field={i === 0 ? 'taxRates' : undefined} aria-label={t('checkout.rateCountry', { n: i + 1 })} value={rate.country} onChange={(event) => change(i, { country: event.target.value })}>
              <option value="">{t('checkout.anywhere')}</option>
              {codes.map((code) => (
                <option key={code} value={code}>
                  {country(code)}
                </option>
              ))}
            </select>
            <select className="input select" aria-label={t('checkout.rateClass', { n: i + 1 })} value={rate.taxClass} onChange={(event) => change(i, { taxClass: event.target.value as RateText['taxClass'] })}>
              {classes.map((one) => (
                <option key={one} value={one}>
                  {word('taxClass', one)}
                </option>
              ))}
            </select>
            <span className="input-with">
              <input className="input num" inputMode="decimal" aria-label={t('checkout.ratePercent', { n: i + 1 })} aria-invalid={error ? true : undefined} value={rate.percent} onChange={(event) => change(i, { percent: event.target.value })} />
              <span className="input-suffix">%</span>
            </span>
            <IconButton label={t('checkout.removeRate', { n: i + 1 })} onClick={() => put(rates.filter((_, at) => at !== i))}>
              <X size={14} />
            </IconButton>
          </div>
        ))}
      </div>
      <div>
        <Button small icon={<Plus size={13} />} onClick={() => put([...rates, { country: '', taxClass: 'standard', percent: '' }])}>
          {t('checkout.addRate')}
        </Button>
      </div>
      <p id="rates-say" className={error ? 'field-error' : 'field-hint'}>
        {error ?? (rates.length === 0 ? t('checkout.taxNone') : '')}
      </p>
    </fieldset>
  )
}
