import { common } from './common'
import { entry } from './entry'
import { frame } from './frame'
import { home } from './home'
import { action, kind, permission, role, state } from './state'
import { table } from './table'

export const en = { common, entry, frame, home, table, state, role, action, kind, permission }
