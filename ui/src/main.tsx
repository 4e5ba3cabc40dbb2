/** Where the page begins. */
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './styles/index.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { asProblem } from '@/api/problem'
import { language, useLanguage } from '@/i18n'
import { useStore } from '@/lib/store'
import { keepFresh } from '@/live'
import { paths } from '@/paths'
import { router } from '@/router'
import { onSomebodyElse, standing } from '@/session'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // What was refused or is missing will be so again; only an unreachable or failing engine is asked twice more.
      retry: (count, error) => {
        const { status } = asProblem(error)
        return count < 2 && (status === 0 || status >= 502)
      },
      retryDelay: (count) => 400 * 2 ** count,
    },
  },
})
keepFresh(client)
onSomebodyElse(() => void client.resetQueries())
// How long a start takes is read from this mark (`cargo xtask bench`).
const ready = router.subscribe('onRendered', () => {
  performance.mark('first-page')
  ready()
})

function App() {
  const tongue = useLanguage()
  const where = useStore(standing)
  useEffect(() => {
    // What was read is nobody's business any more, whether the session was ended or ran out.
    if (where === 'out' || where === 'lapsed') client.clear()
    if (where === 'out') {
      if (router.state.location.pathname !== paths.setup && router.state.matches.some((match) => match.routeId === '/frame')) void router.navigate({ to: paths.signIn, ignoreBlocker: true })
    }
    if (where === 'lapsed') void router.navigate({ to: paths.signIn, search: { next: router.state.location.href, lapsed: '1' } as never, ignoreBlocker: true })
  }, [where])
  return (
    <QueryClientProvider client={client}>
      <RouterProvider key={tongue} router={router} />
    </QueryClientProvider>
  )
}

document.documentElement.lang = language()
const host = document.getElementById('root')
if (host)
  createRoot(host).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
