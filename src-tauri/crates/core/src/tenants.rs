//! Tenants: where one stands, and how it may move on.
//!
//! Pure rules. The first tenant of an installation is its home: its owners look after the others, so it can neither be shut nor deleted.

use crate::error::{Error, Result};
use crate::time::DAY;

crate::text_enum! {
    /// Where a tenant stands.
    TenantState {
        /// People sign in, work is done.
        Active = "active",
        /// Nobody gets in and no work is done; everything is kept.
        Suspended = "suspended",
        /// The same, and everything is deleted once the grace is over.
        Closing = "closing",
        /// The grace is over and its rows are being deleted. There is no way back.
        Purging = "purging",
    }
}

crate::text_enum! {
    /// What can be done to a tenant.
    TenantMove {
        /// Keep everybody out.
        Suspend = "suspend",
        /// Let people in again.
        Resume = "resume",
        /// Delete it when the grace is over.
        Close = "close",
        /// Take a deletion back. It comes back suspended, so that somebody looks at it before people do.
        Restore = "restore",
        /// Begin to delete it.
        Purge = "purge",
    }
}

/// Shortest, usual and longest grace before a deletion, in days.
pub const GRACE_DAYS: (i64, i64, i64) = (1, 30, 90);

/// A number of days in microseconds.
pub const fn grace(days: i64) -> i64 {
    days.saturating_mul(DAY)
}

impl TenantState {
    /// The state after `step`, or a conflict that says why not.
    pub fn apply(self, step: TenantMove) -> Result<Self> {
        match (self, step) {
            (Self::Active, TenantMove::Suspend) | (Self::Closing, TenantMove::Restore) => Ok(Self::Suspended),
            (Self::Suspended, TenantMove::Resume) => Ok(Self::Active),
            (Self::Active | Self::Suspended, TenantMove::Close) => Ok(Self::Closing),
            (Self::Closing | Self::Purging, TenantMove::Purge) => Ok(Self::Purging),
            (Self::Purging, _) => Err(Error::conflict("being_deleted", "This tenant is being deleted. There is no way back.")),
            (Self::Active, TenantMove::Resume) => Err(Error::conflict("not_suspended", "This tenant is not suspended.")),
            (Self::Suspended, TenantMove::Suspend) => Err(Error::conflict("already_suspended", "This tenant is suspended already.")),
            (Self::Closing, TenantMove::Close) => Err(Error::conflict("already_closing", "This tenant is to be deleted already.")),
            (Self::Closing, TenantMove::Suspend | TenantMove::Resume) => {
                Err(Error::conflict("closing", "This tenant is to be deleted. Restore it first."))
            }
            (Self::Active | Self::Suspended, TenantMove::Restore) => Err(Error::conflict("not_closing", "This tenant is not to be deleted.")),
            (Self::Active | Self::Suspended, TenantMove::Purge) => {
                Err(Error::conflict("not_closing", "A tenant is deleted only when its grace is over."))
            }
        }
    }

    /// Whether people get in and work is done.
    pub fn is_open(self) -> bool {
        self == Self::Active
    }

    /// What everybody of a tenant that is not open hears.
    pub fn refusal(self) -> Option<Error> {
        match self {
            Self::Active => None,
            Self::Suspended => Some(Error::Refused("tenant_suspended", "This business is suspended. Ask whoever runs this installation.".into())),
            Self::Closing | Self::Purging => {
                Some(Error::Refused("tenant_closing", "This business is about to be deleted. Ask whoever runs this installation.".into()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_an_answer() {
        let may = |state: TenantState| TenantMove::ALL.iter().copied().filter(|step| state.apply(*step).is_ok()).collect::<Vec<_>>();
        assert_eq!(may(TenantState::Active), [TenantMove::Suspend, TenantMove::Close]);
        assert_eq!(may(TenantState::Suspended), [TenantMove::Resume, TenantMove::Close]);
        assert_eq!(may(TenantState::Closing), [TenantMove::Restore, TenantMove::Purge]);
        assert_eq!(may(TenantState::Purging), [TenantMove::Purge], "nothing leads back");
        assert_eq!(TenantState::Closing.apply(TenantMove::Restore).unwrap(), TenantState::Suspended);
    }

    #[test]
    fn only_an_active_tenant_lets_people_in() {
        for state in TenantState::ALL {
            assert_eq!(state.is_open(), state.refusal().is_none(), "{state}");
        }
    }
}
