/** One small editor per kind of filter. */
import { useEffect, useState, type FormEvent } from 'react'
import { t, type Key } from '@/i18n'
import { decimal, parseAmount } from '@/lib/money'
import { daysBack, isoDay } from '@/lib/time'
import { Button } from '@/parts/button'
import type { Filter, Option } from './spec'
import { TODAY, withFields, type Search } from './url'

type Props<F extends Filter = Filter> = { filter: F; search: Search; onDone: (search: Search) => void; onChange: (search: Search) => void }

export function Editor({ filter, ...rest }: Props) {
  switch (filter.kind) {
    case 'choice':
      return <Choice filter={filter} {...rest} />
    case 'money':
      return <Amounts filter={filter} {...rest} />
    case 'dates':
      return <Dates filter={filter} {...rest} />
    case 'before':
      return <Before filter={filter} {...rest} />
    case 'text':
      return <Text filter={filter} {...rest} />
    case 'flag':
      return <Flag filter={filter} {...rest} />
    case 'record':
      return <Record filter={filter} {...rest} />
  }
}
type Of<K extends Filter['kind']> = Props<Extract<Filter, { kind: K }>>

function Choice({ filter, search, onChange }: Of<'choice'>) {
  const [words, setWords] = useState('')
  const options = filter.options()
  const chosen = (search[filter.field] ?? '').split(',').filter(Boolean)
  const shown = options.filter((option) => option.label.toLowerCase().includes(words.toLowerCase()))
  const toggle = (value: string) => {
    const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]
    onChange(withFields(search, { [filter.field]: next.join(',') }))
  }
  return (
    <div className="pop-list">
      {options.length > 8 && <input className="input input-small" aria-label={t('common.search')} placeholder={t('common.search')} value={words} onChange={(e) => setWords(e.target.value)} autoFocus />}
      <div className="pop-scroll" role="group" aria-label={t(filter.title)}>
        {shown.map((option, i) => (
          <label key={option.value} className="pop-item">
            <input type="checkbox" checked={chosen.includes(option.value)} onChange={() => toggle(option.value)} autoFocus={i === 0 && options.length <= 8} />
            {option.label}
          </label>
        ))}
      </div>
    </div>
  )
}

function Amounts({ filter, search, onDone }: Of<'money'>) {
  const currency = filter.currency()
  const [low, high] = [`min${filter.field}`, `max${filter.field}`]
  const begin = (field: string) => (search[field] ? decimal({ amount: Number(search[field]), currency }) : '')
  const [min, setMin] = useState(begin(low))
  const [max, setMax] = useState(begin(high))
  const a = min === '' ? undefined : parseAmount(min, currency)
  const b = max === '' ? undefined : parseAmount(max, currency)
  const wrong = (min !== '' && a === undefined) || (max !== '' && b === undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!wrong) onDone(withFields(search, { [low]: a?.toString(), [high]: b?.toString() }))
  }
  return (
    <form className="pop-form" onSubmit={submit}>
      <Line title="table.least" suffix={currency} value={min} onChange={setMin} wrong={min !== '' && a === undefined} first />
      <Line title="table.most" suffix={currency} value={max} onChange={setMax} wrong={max !== '' && b === undefined} />
      <Apply />
    </form>
  )
}

function Line({ title, suffix, value, onChange, wrong, first, type = 'text' }: { title: Key; suffix?: string; value: string; onChange: (v: string) => void; wrong?: boolean; first?: boolean; type?: 'text' | 'date' }) {
  return (
    <label className="pop-line">
      <span>{t(title)}</span>
      <input className="input input-small" type={type} value={value} inputMode={type === 'text' ? 'decimal' : undefined} onChange={(e) => onChange(e.target.value)} aria-invalid={wrong || undefined} autoFocus={first} />
      {suffix && <span className="quiet">{suffix}</span>}
    </label>
  )
}
const Apply = () => (
  <div className="pop-foot">
    <Button type="submit" look="primary" small>
      {t('common.apply')}
    </Button>
  </div>
)

/** A day as the field reads it, also where a link gave an instant. */
const asDay = (text = '') => (text.length <= 10 || Number.isNaN(Date.parse(text)) ? text : isoDay(new Date(text)))
function Dates({ search, onDone }: Of<'dates'>) {
  const [from, setFrom] = useState(asDay(search['from']))
  const [to, setTo] = useState(asDay(search['to']))
  const today = isoDay(new Date())
  const presets: [Key, string][] = [
    ['table.today', today],
    ['table.last7', daysBack(6)],
    ['table.last30', daysBack(29)],
    ['table.last90', daysBack(89)],
    ['table.thisYear', `${today.slice(0, 4)}-01-01`],
  ]
  return (
    <div className="pop-list">
      {presets.map(([title, first], i) => (
        <button key={title} type="button" className="pop-item" autoFocus={i === 0} onClick={() => onDone(withFields(search, { from: first, to: undefined }))}>
          {t(title)}
        </button>
      ))}
      <form
        className="pop-form pop-more"
        onSubmit={(event) => {
          event.preventDefault()
          onDone(withFields(search, { from, to }))
        }}
      >
        <Line title="table.from" type="date" value={from} onChange={setFrom} />
        <Line title="table.to" type="date" value={to} onChange={setTo} />
        <Apply />
      </form>
    </div>
  )
}

function Before({ filter, search, onDone }: Of<'before'>) {
  const now = search[filter.field]
  const [day, setDay] = useState(now === TODAY ? '' : asDay(now))
  return (
    <div className="pop-list">
      <button type="button" className="pop-item" autoFocus onClick={() => onDone({ ...search, [filter.field]: TODAY })}>
        {t('table.today')}
      </button>
      <form
        className="pop-form pop-more"
        onSubmit={(event) => {
          event.preventDefault()
          onDone(withFields(search, { [filter.field]: day }))
        }}
      >
        <Line title={filter.title} type="date" value={day} onChange={setDay} />
        <Apply />
      </form>
    </div>
  )
}

function Text({ filter, search, onDone }: Of<'text'>) {
  const [value, setValue] = useState(search[filter.field] ?? '')
  return (
    <form
      className="pop-form"
      onSubmit={(event) => {
        event.preventDefault()
        onDone(withFields(search, { [filter.field]: value.trim() }))
      }}
    >
      <input className="input input-small" aria-label={t(filter.title)} placeholder={t(filter.title)} value={value} onChange={(e) => setValue(e.target.value)} autoFocus />
      <Apply />
    </form>
  )
}

const Flag = ({ filter, search, onDone }: Of<'flag'>) => (
  <div className="pop-list">
    {(['true', 'false'] as const).map((value, i) => (
      <button key={value} type="button" className="pop-item" autoFocus={i === 0} onClick={() => onDone({ ...search, [filter.field]: value })}>
        {t(value === 'true' ? 'common.yes' : 'common.no')}
      </button>
    ))}
  </div>
)

function Record({ filter, search, onDone }: Of<'record'>) {
  const [words, setWords] = useState('')
  const [found, setFound] = useState<Option[]>([])
  useEffect(() => {
    let here = true
    const timer = setTimeout(() => void filter.find(words).then((options) => here && setFound(options), () => undefined), words ? 120 : 0)
    return () => {
      here = false
      clearTimeout(timer)
    }
  }, [filter, words])
  return (
    <div className="pop-list">
      <input className="input input-small" aria-label={t(filter.title)} placeholder={t('common.search')} value={words} onChange={(e) => setWords(e.target.value)} autoFocus />
      <div className="pop-scroll">
        {found.map((option) => (
          <button key={option.value} type="button" className="pop-item" onClick={() => onDone({ ...search, [filter.field]: option.value })}>
            {option.label}
          </button>
        ))}
      </div>
    </div>
  )
}
