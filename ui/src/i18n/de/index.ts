import { common } from './common'
import { entry } from './entry'
import { frame } from './frame'
import { home } from './home'
import { orders, source } from './orders'
import { action, kind, permission, role, state } from './state'
import { table } from './table'

import type { Shape } from '../index'

export const de: Shape = { common, entry, frame, home, orders, source, table, state, role, action, kind, permission }
