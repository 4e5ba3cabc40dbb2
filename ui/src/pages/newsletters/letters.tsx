/** Whom a newsletter did not reach, and why. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { list } from '@/api/client'
import type { NewsletterLetter } from '@/api/shapes'
import { t, word, type Key } from '@/i18n'
import { PersonLink } from '@/parts/person-link'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'

export function Unreached({ id, state, title }: { id: string; state: 'failed' | 'skipped'; title: Key }) {
  const query = useInfiniteQuery(list<NewsletterLetter>(`/newsletters/${id}/letters`, { state }, 20))
  const total = query.data?.pages[0]?.meta.total
  return (
    <Section title={t(title)} {...(typeof total === 'number' ? { count: total } : {})}>
      <Part query={query} lines={3}>
        {({ pages }) => (
          <>
            <Rows
              label={t(title)}
              rows={pages.flatMap((page) => page.rows)}
              id={(row) => row.id}
              empty={t('news.noneOfThem')}
              columns={[
                { id: 'address', title: 'news.address', width: 200, grow: true, cell: (row) => <PersonLink id={row.userId}>{row.address || t('news.person')}</PersonLink> },
                { id: 'why', title: 'news.why', width: 260, cell: (row) => <>{row.why ? word('newsWhy', row.why) : '–'}{row.error && <span className="cell-note">{row.error}</span>}</> },
                { id: 'when', title: 'mails.when', width: 110, end: true, cell: (row) => <When at={row.createdAt} /> },
              ]}
            />
            {query.hasNextPage && (
              <Button small look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('news.more')}
              </Button>
            )}
          </>
        )}
      </Part>
    </Section>
  )
}
