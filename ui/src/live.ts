/** What others change makes open records and figures read themselves again. Lists do this by themselves, row by row (`table/use-list.ts`). */
import type { QueryClient } from '@tanstack/react-query'
import { subscribe } from '@/api/events'
import { topicRoots } from '@/paths'

export function keepFresh(client: QueryClient) {
  const roots = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const settle = () => {
    timer = undefined
    const now = new Set(roots)
    roots.clear()
    void client.invalidateQueries({
      predicate: ({ queryKey: key }) => {
        const isList = key.at(-2) === 'list' && key.length === 3
        return !isList && typeof key[0] === 'string' && (now.has(key[0]) || (now.has('*') && key[0] !== 'bulk'))
      },
    })
  }
  return subscribe((heard) => {
    if (heard.kind === 'gap') roots.add('*')
    else if (heard.kind === 'change') [...(topicRoots[heard.change.topic] ?? []), 'stats', 'ledger', 'users'].forEach((root) => roots.add(root))
    else return
    timer ??= setTimeout(settle, 500)
  })
}
