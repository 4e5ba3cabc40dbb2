/** Where a key stands at this moment. */
import type { ApiKey } from '@/api/shapes'

export const stateOf = (key: Pick<ApiKey, 'revokedAt' | 'expiresAt'>) => (key.revokedAt ? 'revoked' : Date.parse(key.expiresAt) < Date.now() ? 'expired' : 'active')
