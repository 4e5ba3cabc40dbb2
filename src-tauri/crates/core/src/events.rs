//! What happened: the short notices that open pages follow. A notice says which thing changed, never what is in it; whoever may see the
//! thing reads it again.

use uuid::Uuid;

use crate::ids::{TenantId, UserId};
use crate::time::Timestamp;

crate::text_enum! {
    /// The area a notice belongs to.
    Topic {
        /// A person.
        User = "user",
        /// A product.
        Product = "product",
        /// An order.
        Order = "order",
        /// A cart, or a draft of an order.
        Cart = "cart",
        /// A payment.
        Payment = "payment",
        /// A refund.
        Refund = "refund",
        /// Something that needs a second pair of eyes.
        Approval = "approval",
        /// A disputed payment.
        Dispute = "dispute",
        /// A booking in the ledger.
        Ledger = "ledger",
        /// A file.
        File = "file",
        /// An import.
        Import = "import",
        /// The settings of the tenant.
        Setting = "setting",
        /// A session.
        Session = "session",
        /// A piece of work for later.
        Job = "job",
        /// A mail.
        Mail = "mail",
        /// A role, or the rights of one person.
        Role = "role",
        /// A policy.
        Policy = "policy",
        /// A tenant as a whole.
        Tenant = "tenant",
    }
}

/// One change, committed.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Place in the order of commits; later is larger.
    pub seq: i64,
    /// The tenant it happened in. Never sent: a reader only ever sees its own.
    #[serde(skip)]
    pub tenant: TenantId,
    /// The area.
    pub topic: Topic,
    /// The domain's word for it: `refunded`.
    pub action: String,
    /// The thing that changed.
    pub subject_id: Uuid,
    /// The person who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
}
