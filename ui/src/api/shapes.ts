/**
 * The wire's shapes, generated from the engine's OpenAPI document (`cargo xtask schema`) and named here for the rest of the
 * console. What stands below the line is not in the document: replies around the data, events, and the desktop shell's own.
 */
import type { components } from './schema.gen'

type Schemas = components['schemas']

export type Money = Schemas['Money']
export type Ref = Schemas['Ref']
export type Party = Schemas['Party']
export type Me = Schemas['Me']
export type Tenant = Schemas['Tenant']
export type TenantDetail = Schemas['TenantDetail']
export type MadeTenant = Schemas['MadeTenant']
export type SealedCodes = Schemas['SealedCodes']
export type SealedCode = Schemas['SealedCode']
export type NewSealedCode = Schemas['NewSealedCode']
export type SignedIn = Schemas['SignedInView']
export type User = Schemas['User']
export type UserStatus = User['status']
export type UserOverview = Schemas['UserOverview']
export type BulkItem = Schemas['BulkRow']
export type BulkResult = Schemas['BulkOutcome']
export type Session = Schemas['Session']
export type FirstStep = Schemas['FirstStep']
export type Challenge = Schemas['Challenge']
export type TotpEnrolment = Schemas['TotpEnrolment']
export type Factor = Schemas['Factor']
export type Factors = Schemas['Factors']
export type BackupCodes = Schemas['BackupCodes']
export type SteppedUp = Schemas['SteppedUp']
export type SignInPolicy = Schemas['SignInPolicy']
export type LinkState = Schemas['LinkState']
export type PasswordAdvice = Schemas['PasswordAdvice']
export type PasswordPolicy = Schemas['PasswordPolicy']
export type Verified = Schemas['Verified']
export type SignInAttempt = Schemas['SignIn']
export type Lockout = Schemas['Lockout']
export type ApiKey = Schemas['ApiKey']
export type NewApiKey = Schemas['NewApiKey']
export type SessionsEnded = Schemas['SessionsEnded']
export type Product = Schemas['Product']
export type Order = Schemas['Order']
export type OrderState = Order['state']
export type OrderPaymentState = Order['paymentState']
export type OrderItem = Schemas['OrderItem']
export type Address = Schemas['Address']
export type OrderDetail = Schemas['OrderDetail']
export type Quote = Schemas['Quote']
export type Payment = Schemas['Payment']
export type PaymentState = Payment['state']
export type PaymentDone = Schemas['PaymentDone']
export type Refund = Schemas['Refund']
export type RefundState = Refund['state']
export type RefundDone = Schemas['RefundDone']
export type Account = Schemas['Account']
export type LedgerEntry = Schemas['LedgerEntry']
export type LedgerProof = Schemas['LedgerProof']
export type StoredFile = Schemas['File']
export type Subject = Schemas['Subject']
export type AuditRow = Schemas['AuditLine']
export type AuditVerdict = Schemas['AuditVerdict']
export type TimelineEntry = Schemas['TimelineEntry']
export type Import = Schemas['Import']
export type ImportKind = Import['kind']
export type ImportState = Import['state']
export type ImportError = Schemas['ImportError']
export type SavedView = Schemas['SavedView']
export type Hit = Schemas['Hit']
export type Settings = Schemas['Settings']
export type Overview = Schemas['Overview']
export type Attention = Schemas['Attention']
export type System = Schemas['System']
export type FieldError = Schemas['FieldError']
export type WaysIn = Schemas['WaysIn']
export type Puzzle = Schemas['PuzzleNeeded']
export type SignInProvider = Schemas['SignInProvider']
export type ProviderKind = SignInProvider['kind']
export type ProviderStarted = Schemas['ProviderStarted']
export type Provider = Schemas['Provider']
export type ProviderTest = Schemas['ProviderTest']
export type Identity = Schemas['Identity']
export type Identities = Schemas['Identities']
export type SentCode = Schemas['SentCode']
export type Disowned = Schemas['Disowned']
export type PasskeyRequest = Schemas['PasskeyRequest']
export type NewPasskey = Schemas['NewPasskey']
export type Retention = Schemas['Retention']
export type SealKeys = Schemas['SealKeys']
export type Job = Schemas['Job']
export type Permission = Schemas['Permission']
export type PermissionWords = Schemas['PermissionWords']
export type RoleDefinition = Schemas['RoleDefinition']
export type RoleEffect = Schemas['RoleEffect']
export type PersonalRight = Schemas['PersonalRight']
export type EffectiveRight = Schemas['EffectiveRight']
export type RightSource = Schemas['RightSource']
export type UserRights = Schemas['UserRights']
export type EndedRight = Schemas['EndedRight']
export type Explanation = Schemas['Explanation']
export type ExplanationStep = Schemas['ExplanationStep']
export type Policy = Schemas['Policy']
export type PolicyTest = Schemas['PolicyTest']
export type PolicyReport = Schemas['PolicyReport']
export type PolicyVersion = Schemas['PolicyVersion']
export type PolicyState = Schemas['PolicyState']
export type Refusal = Schemas['Refusal']
export type AccessReview = Schemas['AccessReview']
export type Impersonation = Schemas['Impersonation']
export type JobStats = Schemas['JobStats']
export type Mail = Schemas['Mail']
export type MailDetail = Schemas['MailDetail']

/* ——— Not in the document ——— */

export type Environment = 'local' | 'staging' | 'production'
/** Both kinds of meta in one: a list's page facts are there where the reply is a list. */
export type Meta = Schemas['Meta'] & Partial<Schemas['PageMeta']>
export type Reply<T> = { data: T; meta: Meta }

export type Topic = 'user' | 'order' | 'payment' | 'refund' | 'product' | 'file' | 'ledger' | 'import' | 'setting' | 'job' | 'mail' | 'session' | 'role' | 'policy' | 'tenant'
export type Change = { seq: number; topic: Topic; action: string; subjectId: string; actorId?: string | null; at: string }

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
