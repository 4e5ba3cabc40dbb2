/** Shipping by weight: each band up to a weight, the last without an end. */
import { Plus, X } from 'lucide-react'
import type { Form, Values } from '@/forms/use-form'
import { t } from '@/i18n'
import { Button, IconButton } from '@/parts/button'
import { readBands, writeBands, type BandText } from './form'

export const bandsInWords = (text: string) =>
  readBands(text)
    .map((band, i, all) => `${i === all.length - 1 ? t('settings.andMore') : `${t('settings.under')} ${band.under} ${t('settings.grams')}`}: ${band.price}`)
    .join('\n')

type Weighed = { shippingBands: string }
export function Bands<V extends Values & Weighed>({ form: given, currency, error }: { form: Form<V>; currency: string; error: string | undefined }) {
  // The one field of a form that has more.
  const form = given as unknown as Form<Weighed>
  const bands = readBands(form.values.shippingBands)
  const put = (next: BandText[]) => form.set('shippingBands', writeBands(next))
  const change = (at: number, part: Partial<BandText>) => put(bands.map((band, i) => (i === at ? { ...band, ...part } : band)))
  const last = bands.length - 1
  return (
    <fieldset className="field" aria-describedby="bands-says">
      <legend className="field-label">{t('settings.shippingBands')}</legend>
      <div className="bands">
        {bands.map((band, i) => (
          <div key={i} className="band">
            {i === last ? (
              <span className="band-last">{t(bands.length === 1 ? 'settings.price' : 'settings.andMore')}</span>
            ) : (
              <>
                <span>{t('settings.under')}</span>
                <input className="input num" inputMode="numeric" aria-label={t('settings.bandUpTo', { n: i + 1 })} value={band.under} onChange={(event) => change(i, { under: event.target.value })} />
                <span className="quiet">{t('settings.grams')}</span>
              </>
            )}
            <span className="input-with">
              <input className="input num" inputMode="decimal" data-field={i === 0 ? 'shippingBands' : undefined} aria-label={t('settings.bandPrice', { n: i + 1 })} aria-invalid={error ? true : undefined} value={band.price} onChange={(event) => change(i, { price: event.target.value })} />
              <span className="input-suffix">{currency}</span>
            </span>
            {i === last ? (
              <span />
            ) : (
              <IconButton label={t('settings.removeBand', { n: i + 1 })} onClick={() => put(bands.filter((_, at) => at !== i))}>
                <X size={14} />
              </IconButton>
            )}
          </div>
        ))}
      </div>
      <div>
        <Button small icon={<Plus size={13} />} onClick={() => put([...bands.slice(0, last), { under: '', price: '' }, ...bands.slice(last)])}>
          {t('settings.addBand')}
        </Button>
      </div>
      <p id="bands-says" className={error ? 'field-error' : 'field-hint'}>
        {error ?? t('settings.bandsHint')}
      </p>
    </fieldset>
  )
}
