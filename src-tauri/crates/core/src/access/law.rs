//! What has to agree beyond a permission: policies. The core knows only that there may be some, and that every proof has passed them.

use std::ops::Deref;
use std::sync::Arc;

use super::grant::{Actor, Grant, Origin};
use super::permission::Permission;
use super::role_key::RoleKey;
use crate::error::Result;
use crate::money::Money;
use crate::time::Timestamp;

/// What a use case knows of the thing that is about to happen, and the door does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The money that would move.
    pub amount: Option<Money>,
    /// The role that would be given.
    pub role: Option<RoleKey>,
}

/// Something that is about to happen.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Who wants it.
    pub actor: &'a Actor,
    /// By which permission, which they hold.
    pub permission: Permission,
    /// From where.
    pub origin: &'a Origin,
    /// When.
    pub now: Timestamp,
    /// What is known of it; `None` at the door, where nothing is known yet.
    pub facts: Option<Facts>,
}

/// Judges what somebody holds a permission for.
pub trait Law: Send + Sync {
    /// Whether it may happen; [`crate::Error::Refused`] if not.
    fn judge(&self, ask: &Ask<'_>) -> Result<()>;

    /// Somebody lacked a permission.
    fn lacked(&self, ask: &Ask<'_>);
}

/// The law somebody stands under; Purser itself stands under none.
#[derive(Clone, Default)]
pub struct Under(Option<Arc<dyn Law>>);

impl Under {
    /// Under `law`.
    pub fn law(law: Arc<dyn Law>) -> Self {
        Self(Some(law))
    }

    /// Judge `ask`.
    pub fn judge(&self, ask: &Ask<'_>) -> Result<()> {
        self.0.as_ref().map_or(Ok(()), |law| law.judge(ask))
    }

    /// Note that somebody lacked a permission.
    pub fn lacked(&self, ask: &Ask<'_>) {
        if let Some(law) = &self.0 {
            law.lacked(ask);
        }
    }
}

impl std::fmt::Debug for Under {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Under(law)" } else { "Under(nothing)" })
    }
}

/// A proof whose facts have passed the policies as well. What moves money or hands out roles takes one of these.
pub struct Cleared<P>(Grant<P>);

impl<P> Cleared<P> {
    pub(super) const fn new(grant: Grant<P>) -> Self {
        Self(grant)
    }
}

impl<P> Deref for Cleared<P> {
    type Target = Grant<P>;
    fn deref(&self) -> &Grant<P> {
        &self.0
    }
}
