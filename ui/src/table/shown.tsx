/** The few ways a list is looked at most: each a set of filters, one press away. */
import { Link, useSearch } from '@tanstack/react-router'
import { t, type Key } from '@/i18n'
import { filtered } from '@/paths'
import { viewQuery, type Search } from './url'

type Choice = { title: Key; search: Search }

export function Shown({ title, path, choices }: { title: Key; path: string; choices: Choice[] }) {
  const now = viewQuery(useSearch({ strict: false }) as Search)
  return (
    <nav className="shown" aria-label={t(title)}>
      {choices.map((choice) => {
        const on = now === viewQuery(choice.search)
        return (
          <Link key={choice.title} to={Object.keys(choice.search).length > 0 ? filtered(path, choice.search) : path} className={`chip-choice${on ? ' chip-on' : ''}`} aria-current={on ? 'true' : undefined}>
            {t(choice.title)}
          </Link>
        )
      })}
    </nav>
  )
}
