/** What can be done with an endpoint: switched, given another secret, removed. */
import { useQueryClient } from '@tanstack/react-query'
import { patch, post, remove } from '@/api/client'
import type { WebhookEndpoint, WebhookEndpointMade } from '@/api/shapes'
import { t } from '@/i18n'
import { confirm } from '@/parts/confirm'
import { toast, toastProblem } from '@/parts/toasts'

/** How an endpoint stands, in one word. */
export const standing = (endpoint: WebhookEndpoint) => (!endpoint.enabled ? 'off' : endpoint.failingSince ? 'failing' : 'active')
/** Its host alone names it; the path is on the line below. */
export function hostOf(url: string) {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}

export function useEndpointDeeds(onMade: (made: WebhookEndpointMade) => void) {
  const client = useQueryClient()
  const settle = () => client.invalidateQueries({ queryKey: ['webhooks'] })
  const switchTo = (endpoint: WebhookEndpoint, enabled: boolean) =>
    patch<WebhookEndpoint>(`/webhooks/endpoints/${endpoint.id}`, { enabled }, endpoint.version).then(async () => {
      await settle()
      toast({ text: t(enabled ? 'hooks.isOn' : 'hooks.isOff', { name: hostOf(endpoint.url) }) })
    }, toastProblem)
  return {
    settle,
    turn: (endpoint: WebhookEndpoint) => {
      const name = hostOf(endpoint.url)
      if (!endpoint.enabled) return void switchTo(endpoint, true)
      confirm({
        title: t('hooks.offTitle', { name }),
        body: t('hooks.offBody'),
        deed: t('hooks.off'),
        run: async () => {
          await patch(`/webhooks/endpoints/${endpoint.id}`, { enabled: false }, endpoint.version)
          await settle()
          toast({ text: t('hooks.isOff', { name }) })
        },
      })
    },
    rotate: (endpoint: WebhookEndpoint) => {
      const once = crypto.randomUUID()
      confirm({
        title: t('hooks.rotateTitle', { name: hostOf(endpoint.url) }),
        body: t('hooks.rotateBody'),
        deed: t('hooks.rotate'),
        run: async () => {
          const made = await post<WebhookEndpointMade>(`/webhooks/endpoints/${endpoint.id}/rotate`, {}, once)
          await settle()
          onMade(made)
        },
      })
    },
    drop: (endpoint: WebhookEndpoint) => {
      const name = hostOf(endpoint.url)
      confirm({
        title: t('hooks.dropTitle', { name }),
        body: t('hooks.dropBody', { n: endpoint.waiting }),
        deed: t('hooks.drop'),
        danger: true,
        name,
        run: async () => {
          await remove(`/webhooks/endpoints/${endpoint.id}`)
          await settle()
          toast({ text: t('hooks.dropped', { name }) })
        },
      })
    },
  }
}
