//! The whole vocabulary of permissions, in one table.

use std::borrow::Cow;

/// A right as a type: the marker a [`super::Grant`] carries.
pub trait Right: Send + Sync + 'static {
    /// The permission this marker stands for.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal),+ $(,)?) => {
        crate::text_enum! {
            /// One thing a person may do, named `action:resource`.
            Permission { $($(#[doc = $doc])+ $name = $text),+ }
        }
        impl Permission {
            /// What it allows, in words.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim()),+ }
            }
        }
        /// One marker type per permission, to be named in signatures: `&Grant<can::RefundOrder>`.
        pub mod can {
            use super::{Permission, Right};
            $(
                $(#[doc = $doc])+
                #[derive(Clone, Copy, Debug)]
                pub struct $name;
                impl Right for $name {
                    const PERMISSION: Permission = Permission::$name;
                }
            )+
        }
    };
}

permissions! {
    /// See one's own account.
    ReadSelf = "read:self",
    /// See people.
    ReadUser = "read:user",
    /// Invite people.
    CreateUser = "create:user",
    /// Change, lock and unlock people.
    UpdateUser = "update:user",
    /// Remove people and bring them back.
    DeleteUser = "delete:user",
    /// Erase deleted people for good.
    EraseUser = "erase:user",
    /// Download people as a file.
    ExportUser = "export:user",
    /// Change the role of a person.
    UpdateRole = "update:role",
    /// See roles, rights and policies, and who makes use of them.
    ReadRole = "read:role",
    /// Make roles and change what they may do.
    ManageRole = "manage:role",
    /// Give single people rights beyond their role, or deny them.
    GrantRight = "grant:right",
    /// See Purser as another person sees it.
    ImpersonateUser = "impersonate:user",
    /// Write policies and put them in force.
    ManagePolicy = "manage:policy",
    /// See and end the sessions of other people.
    ManageSession = "manage:session",
    /// Take the second factors of other people away, so that they can enrol anew.
    ResetFactor = "reset:factor",
    /// Make API keys of one's own.
    CreateKey = "create:key",
    /// See and revoke the API keys of other people.
    ManageKey = "manage:key",
    /// See who tried to sign in.
    ReadSignIn = "read:sign-in",
    /// See products.
    ReadProduct = "read:product",
    /// Add products.
    CreateProduct = "create:product",
    /// Change products.
    UpdateProduct = "update:product",
    /// Withdraw products.
    DeleteProduct = "delete:product",
    /// Put products on sale.
    PublishProduct = "publish:product",
    /// See orders.
    ReadOrder = "read:order",
    /// Enter orders.
    CreateOrder = "create:order",
    /// Move orders on and cancel them.
    UpdateOrder = "update:order",
    /// Cancel orders, and nothing else. Whoever moves orders on may cancel them as well.
    CancelOrder = "cancel:order",
    /// Give money back.
    RefundOrder = "refund:order",
    /// Grant refunds, which somebody else may have to send.
    GrantRefund = "grant:refund",
    /// Decide what needs a second pair of eyes.
    DecideApproval = "decide:approval",
    /// Say what needs a second pair of eyes.
    ManageApproval = "manage:approval",
    /// Answer disputes: evidence, or giving in.
    AnswerDispute = "answer:dispute",
    /// Download orders as a file.
    ExportOrder = "export:order",
    /// See payments and refunds.
    ReadPayment = "read:payment",
    /// Take, capture and void payments.
    CapturePayment = "capture:payment",
    /// See the ledger.
    ReadLedger = "read:ledger",
    /// Close periods of the ledger.
    CloseLedger = "close:ledger",
    /// Compare the ledger with the provider's books, and settle what differs.
    ReconcileLedger = "reconcile:ledger",
    /// See and download files.
    ReadFile = "read:file",
    /// Upload files.
    CreateFile = "create:file",
    /// Remove files.
    DeleteFile = "delete:file",
    /// See and verify the audit log.
    ReadAudit = "read:audit",
    /// Download the audit log.
    ExportAudit = "export:audit",
    /// Bring data in from files.
    RunImport = "run:import",
    /// See the settings of the tenant.
    ReadSetting = "read:setting",
    /// Change the settings of the tenant.
    UpdateSetting = "update:setting",
    /// Set up where people may sign in instead: whoever may do that decides who comes in.
    ManageProvider = "manage:provider",
    /// See what other systems are told.
    ReadWebhook = "read:webhook",
    /// Set up where other systems are told, and send again.
    ManageWebhook = "manage:webhook",
    /// Set up who takes payments: whoever may do that decides where the money goes.
    ManageGateway = "manage:gateway",
    /// Play the sandbox of payments: faults, messages, disputes. It moves no money.
    PlaySandbox = "play:sandbox",
    /// Share saved views with the team.
    ShareView = "share:view",
    /// See figures of the whole business.
    ReadStats = "read:stats",
    /// See the state of the system.
    ReadSystem = "read:system",
    /// See work that waits, runs or failed.
    ReadJob = "read:job",
    /// Try work again and call it off.
    ManageJob = "manage:job",
    /// See what was mailed to whom.
    ReadMail = "read:mail",
    /// Write newsletters, send them to whoever agreed, and see who gets none.
    SendNewsletter = "send:newsletter",
    /// Make, suspend and delete tenants of this installation. Can be held in its home tenant alone.
    ManageTenant = "manage:tenant",
    /// Seal codes that open the tenant on the day nobody else gets in.
    ManageBreakGlass = "manage:break-glass",
    /// Take out everything the tenant has.
    ExportTenant = "export:tenant",
}

impl Permission {
    /// The action: `read` of `read:order`.
    pub fn action(self) -> &'static str {
        self.as_str().split_once(':').map_or("", |(action, _)| action)
    }

    /// What it is about: `order` of `read:order`.
    pub fn resource(self) -> &'static str {
        self.as_str().split_once(':').map_or("", |(_, resource)| resource)
    }

    /// Whether it can be held over what is one's own alone.
    pub const fn knows_own(self) -> bool {
        matches!(self, Self::ReadOrder | Self::CreateOrder | Self::CancelOrder | Self::ReadPayment | Self::CapturePayment)
    }

    /// Whether a use case asks the policies again, with facts the door does not know.
    pub const fn asks_facts(self) -> bool {
        matches!(self, Self::RefundOrder | Self::UpdateRole | Self::CreateUser)
    }

    /// Whether what it allows asks for a fresh second factor, as far as the tenant wants one at all. Refunds ask by their amount.
    pub const fn asks_proof(self) -> bool {
        matches!(
            self,
            Self::ExportUser
                | Self::ExportAudit
                | Self::DeleteUser
                | Self::ManageApproval
                | Self::ExportOrder
                | Self::ExportTenant
                | Self::UpdateRole
                | Self::ManageRole
                | Self::GrantRight
                | Self::ManagePolicy
                | Self::ImpersonateUser
                | Self::ResetFactor
                | Self::CreateKey
                | Self::ManageProvider
                | Self::ManageWebhook
                | Self::ManageGateway
                | Self::ManageTenant
                | Self::ManageBreakGlass
        )
    }

    /// Its place in the vocabulary.
    pub fn place(self) -> usize {
        Self::ALL.iter().position(|permission| *permission == self).unwrap_or(usize::MAX)
    }

    /// Whether using it changes nothing.
    pub fn only_reads(self) -> bool {
        self.action() == "read"
    }
}

/// A set of permissions, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u128);

impl Permissions {
    /// No permission at all.
    pub const NONE: Self = Self(0);

    /// Every permission there is.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether `permission` is in the set.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// The set with everything of `other` as well.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Only what is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set without `permission`.
    #[must_use]
    pub fn without(self, permission: Permission) -> Self {
        Self(self.0 & !bit(permission))
    }

    /// Whether everything in this set is in `other`.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The permissions in the set, in the order of the vocabulary.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | bit(permission)))
    }
}

fn bit(permission: Permission) -> u128 {
    u128::from(permission.place() < 128) << (permission.place() % 128)
}

impl From<Permission> for Cow<'static, str> {
    fn from(permission: Permission) -> Self {
        Cow::Borrowed(permission.as_str())
    }
}
