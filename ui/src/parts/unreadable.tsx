/** Stands in the place of what is sealed with a key the server does not have. */
import { t } from '@/i18n'

export const Unreadable = () => <span className="quiet">{t('seal.unreadable')}</span>
