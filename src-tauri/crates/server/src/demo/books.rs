//! Bookings of the demo business, and what they add up to account by account.

use std::collections::BTreeMap;

use purser_core::Timestamp;
use purser_core::ids::{AccountId, OrderId, PaymentId, RefundId};
use purser_core::ledger::{AccountCode, PostingKind};
use purser_store::Value;
use uuid::Uuid;

use super::Scene;
use super::random::Rng;

/// What a booking is about.
#[derive(Clone, Copy, Default)]
pub(super) struct About {
    pub(super) order: Option<OrderId>,
    pub(super) payment: Option<PaymentId>,
    pub(super) refund: Option<RefundId>,
}

/// The accounts in use and their sums so far.
pub(super) struct Books {
    pub(super) accounts: BTreeMap<AccountCode, AccountId>,
    pub(super) sums: BTreeMap<AccountId, (i64, i64)>,
}

/// A booking and its entries, ready to be written.
pub(super) struct Booking {
    pub(super) posting: [Value; 8],
    pub(super) entries: Vec<[Value; 6]>,
}

impl Books {
    pub(super) fn new(accounts: BTreeMap<AccountCode, AccountId>) -> Self {
        Self { accounts, sums: BTreeMap::new() }
    }

    /// Book `amounts`, which sum to nothing.
    pub(super) fn book(
        &mut self,
        scene: &Scene,
        rng: &mut Rng,
        (kind, memo, about, at): (PostingKind, String, About, Timestamp),
        amounts: &[(AccountCode, i64)],
    ) -> Booking {
        debug_assert_eq!(amounts.iter().map(|(_, amount)| amount).sum::<i64>(), 0, "{memo}");
        let posting: Uuid = rng.id(at);
        let mut entries = Vec::with_capacity(amounts.len());
        for (code, amount) in amounts.iter().filter(|(_, amount)| *amount != 0) {
            let Some(account) = self.accounts.get(code).copied() else { continue };
            let sum = self.sums.entry(account).or_default();
            if *amount > 0 {
                sum.0 += amount;
            } else {
                sum.1 -= amount;
            }
            entries.push([scene.tenant.into(), at.into(), rng.id::<Uuid>(at).into(), posting.into(), account.into(), (*amount).into()]);
        }
        let posting = [
            posting.into(),
            scene.tenant.into(),
            kind.as_str().into(),
            memo.into(),
            Value::Uuid(about.order.map(OrderId::uuid)),
            Value::Uuid(about.payment.map(PaymentId::uuid)),
            Value::Uuid(about.refund.map(RefundId::uuid)),
            at.into(),
        ];
        Booking { posting, entries }
    }
}
