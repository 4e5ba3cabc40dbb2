/** Who orders, found by name or e-mail. */
import { get } from '@/api/client'
import type { User } from '@/api/shapes'
import { FindField } from '@/forms/find'
import { t } from '@/i18n'

export const FindCustomer = ({ shown, error, autoFocus, onPick }: { shown: string; error?: string | undefined; autoFocus?: boolean; onPick: (user: User) => void }) => (
  <FindField
    label={t('orders.customer')}
    shown={shown}
    placeholder={t('orders.findCustomer')}
    field="customerId"
    error={error}
    autoFocus={autoFocus ?? false}
    find={async (words) =>
      (await get<User[]>('/users', { search: words, limit: 8 })).map((user) => ({ value: user.id, label: user.name, note: user.email, record: user, refuse: user.status === 'deleted' ? t('state.deleted') : undefined }))
    }
    onPick={({ record }) => onPick(record)}
  />
)
