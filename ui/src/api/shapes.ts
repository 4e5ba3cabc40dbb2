/**
 * The wire's shapes. Every other module imports its types from here, so that replacing these by hand-free
 * ones generated from OpenAPI (`npm run schema`) is a change of this file alone.
 */
export type Money = { amount: number; currency: string }
export type Ref = { id: string; name: string }
export type Party = { id: string; name: string; email: string }
export type Environment = 'local' | 'staging' | 'production'

export type Meta = {
  requestId: string
  timestamp: string
  page?: number
  limit?: number
  total?: number
  totalPages?: number
  hasNext?: boolean
  hasPrev?: boolean
  nextCursor?: string | null
  hasMore?: boolean
  totalExact?: boolean
}
export type Reply<T> = { data: T; meta: Meta }
export type FieldError = { field: string; code: string; message: string }

export type Tenant = { id: string; name: string; slug: string; currency: string; environment: Environment }
export type Me = {
  id: string
  email: string
  firstName: string
  lastName: string
  name: string
  role: string
  permissions: string[]
  tenant: Tenant
}
export type SignedIn = { accessToken?: string; tokenType?: string; expiresIn: number; user: Me }

export type UserStatus = 'invited' | 'active' | 'locked' | 'deleted'
export type User = {
  id: string
  email: string
  firstName: string
  lastName: string
  name: string
  role: string
  status: UserStatus
  phone?: string | null
  country?: string | null
  language?: string | null
  notes?: string | null
  emailVerified: boolean
  lastLoginAt?: string | null
  lockedAt?: string | null
  lockReason?: string | null
  deletedAt?: string | null
  createdAt: string
  updatedAt: string
  version: number
}
export type UserOverview = { orders: number; spent: Money[]; refunded: Money[]; lastOrderAt?: string | null; openSessions: number }
export type BulkItem = { id: string; ok: boolean; changed: boolean; code?: string | null; message?: string | null }
export type BulkResult = { results: BulkItem[]; changed: number; unchanged: number; failed: number }
export type Session = {
  id: string
  userId: string
  createdAt: string
  lastUsedAt: string
  expiresAt: string
  ip?: string | null
  userAgent?: string | null
  device?: string | null
  current: boolean
  remembered: boolean
}

export type Product = {
  id: string
  name: string
  sku: string
  description?: string | null
  price: Money
  weight: number
  stock: number
  active: boolean
  createdAt: string
  updatedAt: string
  version: number
}

export type OrderState = 'pending' | 'paid' | 'processing' | 'shipped' | 'delivered' | 'cancelled'
export type OrderPaymentState =
  | 'unpaid' | 'requires_action' | 'processing' | 'unknown' | 'authorised' | 'paid' | 'partially_refunded' | 'refunded' | 'failed'
export type Order = {
  id: string
  number: number | string
  state: OrderState
  paymentState: OrderPaymentState
  customer: Party
  country: string
  currency: string
  itemCount: number
  subtotal: Money
  discount: Money
  tax: Money
  shipping: Money
  total: Money
  paid: Money
  refunded: Money
  source: 'staff' | 'import' | 'demo' | 'shop'
  createdAt: string
  updatedAt: string
  version: number
}
export type OrderItem = { id: string; productId?: string | null; name: string; sku: string; quantity: number; unitPrice: Money; total: Money }
export type Address = { name: string; street: string; city: string; state: string; zipCode: string; country: string; phone: string }
export type OrderDetail = Order & {
  items: OrderItem[]
  shippingAddress: Address
  payments: Payment[]
  refunds: Refund[]
  notes?: string | null
}

export type PaymentState =
  | 'created' | 'requires_action' | 'processing' | 'unknown' | 'authorised' | 'captured'
  | 'partially_refunded' | 'refunded' | 'failed' | 'voided' | 'disputed'
export type Payment = {
  id: string
  orderId: string
  orderNumber: number | string
  customer: Party
  provider: string
  method: string
  methodLabel: string
  state: PaymentState
  amount: Money
  captured: Money
  refunded: Money
  refundable: Money
  failureCode?: string | null
  failureMessage?: string | null
  nextActionUrl?: string | null
  createdAt: string
  capturedAt?: string | null
  updatedAt: string
  version: number
}
export type RefundState = 'pending' | 'succeeded' | 'failed' | 'unknown'
export type Refund = {
  id: string
  paymentId: string
  orderId: string
  orderNumber: number | string
  customer: Party
  amount: Money
  reason: string
  kind?: 'standard' | 'goodwill'
  state: RefundState
  failureMessage?: string | null
  createdBy?: Ref | null
  createdAt: string
  settledAt?: string | null
}
export type RefundDone = Refund & { payment: Payment; order: Order }

export type Account = {
  id: string
  code: string
  name: string
  kind: 'asset' | 'liability' | 'revenue' | 'expense'
  currency: string
  debit: Money
  credit: Money
  balance: Money
}
export type LedgerEntry = {
  id: string
  transactionId: string
  kind: 'capture' | 'refund' | 'import' | 'dispute' | 'fee'
  account: { id: string; code: string; name: string }
  amount: Money
  memo: string
  orderId?: string | null
  orderNumber?: number | string | null
  paymentId?: string | null
  refundId?: string | null
  at: string
}
export type LedgerProof = {
  balanced: boolean
  currencies: { currency: string; debit: Money; credit: Money; sum: Money; transactions: number }[]
  unbalanced: unknown[]
  checkedAt: string
}

export type StoredFile = {
  id: string
  name: string
  contentType: string
  size: number
  sha256: string
  subject?: { type: 'order' | 'user'; id: string; label: string } | null
  uploadedBy?: Ref | null
  createdAt: string
}

export type Subject = { type: string; id: string; label: string }
export type AuditRow = {
  id: string
  seq: number
  at: string
  actor: { id?: string | null; name: string; kind: 'user' | 'system' | 'command' }
  action: string
  subject: Subject
  before?: unknown
  after?: unknown
  reason?: string | null
  ip?: string | null
  requestId?: string | null
  hash: string
  prevHash: string
}
export type AuditVerdict = { intact: boolean; checked: number; head: string; firstBad?: { seq: number; id: string; reason: string } | null }

export type TimelineKind = 'order' | 'payment' | 'refund' | 'account' | 'session' | 'file' | 'note' | 'import'
export type TimelineEntry = {
  id: string
  at: string
  kind: TimelineKind
  action: string
  title: string
  detail?: string | null
  actor?: { id?: string | null; name: string } | null
  amount?: Money | null
  subject: Subject
  auditId?: string | null
}

export type Topic = 'user' | 'order' | 'payment' | 'refund' | 'product' | 'file' | 'ledger' | 'import' | 'setting'
export type Change = { seq: number; topic: Topic; action: string; subjectId: string; actorId?: string | null; at: string }

export type ImportKind = 'people' | 'products' | 'orders'
export type ImportState = 'uploaded' | 'checking' | 'checked' | 'running' | 'done' | 'failed' | 'cancelled'
export type Import = {
  id: string
  kind: ImportKind
  fileName: string
  state: ImportState
  encoding: string
  delimiter: string
  rows: number
  columns: string[]
  sample: string[][]
  mapping: Record<string, string | null>
  fields: { name: string; label: string; required: boolean }[]
  progress: { done: number; total: number }
  result?: { valid: number; invalid: number; inserted: number; updated: number; skipped: number } | null
  errorCount: number
  mode?: 'all_or_nothing' | 'skip_bad' | null
  createdAt: string
  finishedAt?: string | null
}
export type ImportError = { line: number; field?: string | null; code: string; message: string; value?: string | null }

export type SavedView = { id: string; area: string; name: string; query: string; shared: boolean; owner: Ref; createdAt: string }
export type Hit = {
  type: 'user' | 'order' | 'payment' | 'product' | 'file' | 'setting'
  id: string
  title: string
  subtitle?: string | null
  amount?: Money | null
}

export type Settings = {
  name: string
  currency: string
  taxRateBp: number
  shippingBands: { underGrams: number | null; price: Money }[]
  freeShippingFrom?: Money | null
  refundReasons: string[]
  environment: Environment
  version: number
}

export type Compared<T> = { current: T; previous: T }
export type Attention = { kind: string; count: number; label: string; query: string }
export type Overview = {
  currency: string
  revenue: Compared<Money>
  orders: Compared<number>
  refundRateBp: Compared<number>
  refunded: Compared<Money>
  signIns: Compared<number> & { failed: number }
  ordersByState: { state: OrderState; count: number }[]
  series: { day: string; revenue: Money; orders: number; refunded: Money }[]
  attention: Attention[]
  latestOrders?: Order[]
}
export type System = {
  version: string
  database: 'sqlite' | 'postgresql'
  dataFolder?: string | null
  startedAt: string
  mode: string
  providers: Record<string, string>
}

export type Profile = { id: string; name: string; kind: 'local' | 'remote'; environment: Environment; url?: string | null }
export type ShellState = {
  profile: Profile
  dataFolder?: string | null
  firstRun: boolean
  keychain: { available: boolean; fallback?: string | null }
  sharing: { on: boolean; scope?: 'machine' | 'network' | null; address?: string | null }
  version: string
}
export type ShellEvent = { topic: 'shell'; action: string; to?: string }
