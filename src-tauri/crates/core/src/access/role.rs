//! The preset roles and what each may do. An unknown role may do nothing.

use super::permission::{Permission as P, Permissions};

crate::text_enum! {
    /// A preset role.
    Role {
        /// Sees products and their own account.
        Guest = "guest",
        /// A customer: sees their own account.
        User = "user",
        /// Keeps products and content in order.
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

impl Role {
    /// What a person of this role may do.
    pub fn permissions(self) -> Permissions {
        let extra: &[P] = match self {
            Self::Guest | Self::User => return [P::ReadSelf, P::ReadProduct].into_iter().collect(),
            Self::Owner | Self::Admin => return Permissions::all(),
            Self::Moderator => &[P::CreateProduct, P::UpdateProduct, P::CreateFile, P::DeleteFile],
            Self::Support => {
                &[P::UpdateUser, P::CreateUser, P::ManageSession, P::ReadSignIn, P::CreateOrder, P::UpdateOrder, P::RefundOrder, P::CreateFile]
            }
            Self::Finance => &[P::RefundOrder, P::CapturePayment, P::ReadLedger, P::ExportOrder, P::ReadAudit, P::CreateFile],
            Self::Developer => &[P::ReadAudit, P::ReadLedger, P::ReadSetting, P::RunImport, P::CreateKey, P::ReadJob, P::ManageJob, P::ReadMail],
            Self::Auditor => &[P::ReadAudit, P::ExportAudit, P::ReadLedger, P::ReadSetting, P::ReadSignIn, P::ReadJob],
        };
        STAFF_READS.iter().chain(extra).copied().collect()
    }

    /// Whether the role belongs to staff rather than to customers.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Guest | Self::User)
    }

    /// Whether somebody of this role may give or take `other`: only an owner makes an owner, and nobody hands out more than they hold.
    pub fn may_assign(self, other: Self) -> bool {
        match other {
            Self::Owner => self == Self::Owner,
            _ => other.permissions().within(self.permissions()),
        }
    }
}
