/** The key of an authenticator app: to scan, or to type. */
import type { TotpEnrolment } from '@/api/shapes'
import { t } from '@/i18n'
import { CopyButton } from '@/parts/values'

export const Scan = ({ enrolment }: { enrolment: TotpEnrolment }) => (
  <div className="scan">
    <p>{t('factor.scan')}</p>
    {/* As a picture it can hold nothing but a picture. */}
    <img className="scan-code" src={`data:image/svg+xml,${encodeURIComponent(enrolment.qr)}`} alt={t('factor.scanAlt')} width={184} height={184} />
    <div>
      <p className="quiet">{t('factor.byHand')}</p>
      <p className="scan-key">
        <code aria-label={t('factor.key')}>{enrolment.secret.match(/.{1,4}/g)?.join(' ')}</code>
        <CopyButton text={enrolment.secret} label={t('factor.copyKey')} />
      </p>
    </div>
  </div>
)
