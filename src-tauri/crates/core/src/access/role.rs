//! The preset roles and what each may do. An unknown role may do nothing.

use super::held::{Held, Power};
use super::permission::{Permission as P, Permissions};
use super::role_key::RoleKey;

crate::text_enum! {
    /// A preset role.
    Role {
        /// Sees products and their own account.
        Guest = "guest",
        /// A customer: fills a cart, orders and pays for themselves, sees their own account and orders, and cancels what is not on its way.
        User = "user",
        /// Keeps products in order and moves orders on.
        Moderator = "moderator",
        /// Runs everything but the ownership.
        Admin = "admin",
        /// Runs everything. The last one can not be removed.
        Owner = "owner",
        /// Finds customers and refunds orders.
        Support = "support",
        /// Watches money: payments, refunds, ledger.
        Finance = "finance",
        /// Sees everything technical, moves no money.
        Developer = "developer",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
    }
}

const STAFF_READS: &[P] = &[P::ReadSelf, P::ReadUser, P::ReadProduct, P::ReadOrder, P::ReadPayment, P::ReadFile, P::ReadStats, P::ReadSystem];

const MODERATION: &[P] = &[
    P::ReadSelf,
    P::ReadUser,
    P::ReadProduct,
    P::UpdateProduct,
    P::ReadOrder,
    P::UpdateOrder,
    P::ReadStats,
    P::ReadFile,
    P::CreateFile,
    P::DeleteFile,
];

impl Role {
    /// What a person of this role may do.
    pub fn permissions(self) -> Permissions {
        let extra: &[P] = match self {
            Self::Guest | Self::User => return [P::ReadSelf, P::ReadProduct].into_iter().collect(),
            Self::Owner => return Permissions::all(),
            // What becomes of a whole tenant is the owners' alone.
            Self::Admin => return Permissions::all().without(P::ManageTenant).without(P::ExportTenant).without(P::ManageBreakGlass),
            // Neither payments nor the system: what the requirements list, and the files products are shown with.
            Self::Moderator => return MODERATION.iter().copied().collect(),
            Self::Support => &[
                P::UpdateUser,
                P::CreateUser,
                P::ManageSession,
                P::ReadSignIn,
                P::CreateOrder,
                P::UpdateOrder,
                P::RefundOrder,
                P::GrantRefund,
                P::CreateFile,
            ],
            Self::Finance => &[
                P::RefundOrder,
                P::GrantRefund,
                P::DecideApproval,
                P::AnswerDispute,
                P::CapturePayment,
                P::ReadLedger,
                P::CloseLedger,
                P::ReconcileLedger,
                P::ExportOrder,
                P::ReadAudit,
                P::CreateFile,
            ],
            Self::Developer => &[
                P::ReadAudit,
                P::ReadLedger,
                P::ReadSetting,
                P::RunImport,
                P::CreateKey,
                P::ReadJob,
                P::ManageJob,
                P::ReadMail,
                P::ReadRole,
                P::ReadWebhook,
                P::ManageWebhook,
                P::PlaySandbox,
            ],
            Self::Auditor => &[P::ReadRole, P::ReadAudit, P::ExportAudit, P::ReadLedger, P::ReadSetting, P::ReadSignIn, P::ReadJob, P::ReadWebhook],
        };
        STAFF_READS.iter().chain(extra).copied().collect()
    }

    /// Whether the role belongs to staff rather than to customers.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Guest | Self::User)
    }

    /// Everything a person of this role holds as Purser defines it.
    pub fn held(self) -> Held {
        let own: &[P] = match self {
            Self::User => &[P::ReadOrder, P::CreateOrder, P::CancelOrder, P::ReadPayment, P::CapturePayment],
            _ => &[],
        };
        Held { any: self.permissions(), own: own.iter().copied().map(Power::own).collect::<Held>().own }
    }

    /// The key under which it is stored.
    pub fn key(self) -> RoleKey {
        // Every preset's name is a key; the test below walks them.
        self.as_str().parse().unwrap_or_else(|_| unreachable!("a preset with a name that is no key"))
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "Guest",
            Self::User => "Customer",
            Self::Moderator => "Moderator",
            Self::Admin => "Administrator",
            Self::Owner => "Owner",
            Self::Support => "Support",
            Self::Finance => "Finance",
            Self::Developer => "Developer",
            Self::Auditor => "Auditor",
        }
    }

    /// What it is for.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Guest => "Sees products and their own account.",
            Self::User => "A customer: orders for themselves, sees their own account and orders.",
            Self::Moderator => "Keeps products in order and moves orders on.",
            Self::Admin => "Runs everything but the ownership.",
            Self::Owner => "Runs everything. The last one can not be removed.",
            Self::Support => "Finds customers and refunds orders.",
            Self::Finance => "Watches money: payments, refunds, ledger.",
            Self::Developer => "Sees everything technical, moves no money.",
            Self::Auditor => "Reads everything, changes nothing.",
        }
    }
}

impl From<Role> for RoleKey {
    fn from(role: Role) -> Self {
        role.key()
    }
}

impl PartialEq<Role> for RoleKey {
    fn eq(&self, role: &Role) -> bool {
        self.as_str() == role.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn every_preset_has_a_key() {
        for role in Role::ALL {
            assert_eq!(role.key().as_str(), role.as_str());
            assert_eq!(role.key(), *role);
        }
    }
}
