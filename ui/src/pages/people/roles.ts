/** Roles as a person chooses them. The engine knows what each may do; here is what it is for. */
import { word } from '@/i18n'

export const roles = ['owner', 'admin', 'moderator', 'support', 'finance', 'developer', 'auditor', 'user', 'guest']
export const roleOptions = () => roles.map((value) => ({ value, label: word('role', value) }))
