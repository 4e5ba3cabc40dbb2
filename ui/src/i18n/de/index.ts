import { common } from './common'
import { importField, imports, papers } from './content'
import { entry } from './entry'
import { factor, factorKind, rules } from './factors'
import { frame } from './frame'
import { attention, home } from './home'
import { account, ledger } from './ledger'
import { audit, connections, deed, docs, own, settings, thing } from './operations'
import { orders, source } from './orders'
import { method, methodHint, pay, payments, provider, refund, refunds } from './payments'
import { forms, people, roleHint } from './people'
import { products } from './products'
import { files, moment } from './record'
import { action, kind, permission, role, state } from './state'
import { table } from './table'

import type { Shape } from '../index'

export const de: Shape = { common, entry, frame, home, attention, orders, source, pay, payments, refund, refunds, method, methodHint, provider, products, ledger, account, files, moment, people, roleHint, forms, papers, imports, importField, audit, deed, thing, settings, own, connections, docs, table, state, role, action, kind, permission, factor, factorKind, rules }
