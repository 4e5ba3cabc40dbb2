/** The business is shut: nothing else can be done here, and this says so instead of refusing page after page. */
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { signOut, type Shut } from '@/session'
import { Gate } from './gate'

export const ShutPage = ({ how }: { how: Shut }) => (
  <Gate title={t(how === 'tenant_suspended' ? 'shut.suspended' : 'shut.closing')} lead={t(how === 'tenant_suspended' ? 'shut.suspendedText' : 'shut.closingText')}>
    <div className="form">
      <Button className="btn-wide" onClick={() => location.reload()}>
        {t('shut.again')}
      </Button>
    </div>
    <div className="entry-ways">
      <button type="button" className="linkish" onClick={() => void signOut()}>
        {t('frame.signOut')}
      </button>
    </div>
  </Gate>
)
