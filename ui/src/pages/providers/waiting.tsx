/** While the system's browser is at a provider's page, the window waits, and the person can change their mind. */
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { isDesktop } from '@/shell'
import { callOff } from './go'

export function Waiting({ on }: { on: boolean }) {
  if (!isDesktop || !on) return null
  return (
    <div className="elsewhere-wait" role="status">
      <p>{t('elsewhere.inBrowser')}</p>
      <Button small onClick={() => void callOff()}>
        {t('common.cancel')}
      </Button>
    </div>
  )
}
