//! Typed ids. Every id is a UUID of version 7, so it sorts by the time it was made; each entity has a type of its own, so an order id can
//! not be passed where a person's is wanted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::time::Timestamp;

/// Declare id types: `id! { /// doc  UserId, … }`.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The bare UUID, as the database stores it.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// A tenant: one business whose rows nobody else sees.
    TenantId,
    /// A person: staff or customer.
    UserId,
    /// One signed-in device of a person.
    SessionId,
    /// One refresh token of a session.
    TokenId,
    /// A thing that can be sold.
    ProductId,
    /// A category of things that can be sold.
    CategoryId,
    /// One change of stock.
    MovementId,
    /// A parcel of an order.
    FulfilmentId,
    /// Goods of an order that come back.
    ReturnId,
    /// A coupon.
    CouponId,
    /// A cart, or a draft of an order.
    CartId,
    /// An order.
    OrderId,
    /// What a customer has as stored credit in one currency.
    CreditId,
    /// One move of it.
    CreditMoveId,
    /// One line of an order.
    LineId,
    /// One attempt to pay an order.
    PaymentId,
    /// One refund of a payment.
    RefundId,
    /// Something that needs a second pair of eyes.
    ApprovalId,
    /// A rule that says what needs one.
    RuleId,
    /// A payment the customer's bank took back or means to.
    DisputeId,
    /// An account of the ledger.
    AccountId,
    /// One balanced booking in the ledger.
    PostingId,
    /// A stored file.
    FileId,
    /// One row of the audit log.
    AuditId,
    /// One run of an import.
    ImportId,
    /// A saved view of a list.
    ViewId,
    /// A second factor of a person.
    FactorId,
    /// Something asked of somebody who is signing in.
    ChallengeId,
    /// An API key.
    KeyId,
    /// A piece of work for later.
    JobId,
    /// Work in several steps that is done or undone whole.
    SagaId,
    /// A mail.
    MailId,
    /// A newsletter.
    NewsletterId,
    /// A newsletter for one person.
    NewsletterLetterId,
    /// An address that gets no newsletters.
    SuppressionId,
    /// A link in a mail that works once.
    LinkId,
    /// A right given to, or denied, one person.
    RightId,
    /// A policy.
    PolicyId,
    /// One time somebody acted as another person.
    ImpersonationId,
    /// Something that was refused.
    RefusalId,
    /// A code that was sent and works once.
    CodeId,
    /// A sealed way in.
    EnvelopeId,
    /// A connection to a party people sign in at.
    ProviderId,
    /// A person as such a party knows them.
    IdentityId,
    /// A sign-in that is under way elsewhere.
    PendingId,
    /// A place other systems are told at.
    EndpointId,
    /// One event on its way to such a place.
    DeliveryId,
    /// A connection to a payment provider.
    ConnectionId,
    /// Something such a provider told.
    NoticeId,
    /// A request that may be repeated without harm.
    RepeatId,
    /// Something that goes wrong at the sandbox on purpose.
    FaultId,
    /// One call to the sandbox.
    CallId,
    /// One message of the sandbox.
    MessageId,
    /// An event that could not be acted on yet.
    StuckId,
    /// One HTTP request.
    RequestId,
}

/// The source of new ids. Shared by everything one process does; seeded in tests so that runs repeat.
#[derive(Clone, Debug)]
pub struct Ids(Arc<Source>);

#[derive(Debug)]
struct Source {
    /// Milliseconds and a 12-bit counter of the last id: ids made in one millisecond still sort in the order they were made.
    last: AtomicU64,
    /// State of the repeatable generator, or `None` for the operating system's randomness.
    seed: Option<AtomicU64>,
}

impl Ids {
    /// Ids from the operating system's randomness.
    pub fn random() -> Self {
        Self(Arc::new(Source { last: AtomicU64::new(0), seed: None }))
    }

    /// Repeatable ids for tests and demo data.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Source { last: AtomicU64::new(0), seed: Some(AtomicU64::new(seed)) }))
    }

    /// A new id made at `now`.
    pub fn next<T: From<Uuid>>(&self, now: Timestamp) -> T {
        let ms = u64::try_from(now.millis()).unwrap_or(0);
        let floor = ms << 12;
        let step = |last: u64| Some(if last >= floor { last + 1 } else { floor });
        let last = self.0.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).unwrap_or(0);
        let stamp = step(last).unwrap_or(floor);
        T::from(compose(stamp, self.bits()))
    }

    /// 64 bits that nobody can guess (or, seeded, that repeat).
    fn bits(&self) -> u64 {
        match &self.0.seed {
            None => rand::random(),
            Some(state) => {
                // SplitMix64: a fixed walk and a mix, good enough for test ids.
                let mut z = state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                z ^ (z >> 31)
            }
        }
    }
}

/// RFC 9562 §5.7: 48 bits of milliseconds, version, 12 bits of counter, variant, 62 bits of randomness.
fn compose(stamp: u64, random: u64) -> Uuid {
    let (ms, counter) = (u128::from(stamp >> 12), u128::from(stamp & 0xFFF));
    let bits = (ms << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | u128::from(random >> 2);
    Uuid::from_u128(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let ids = Ids::random();
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let made: Vec<UserId> = (0..10_000).map(|_| ids.next(now)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(made[0].uuid().get_version_num(), 7);
    }

    #[test]
    fn seeded_ids_repeat() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let (a, b): (UserId, UserId) = (Ids::seeded(7).next(now), Ids::seeded(7).next(now));
        assert_eq!(a, b);
    }
}
