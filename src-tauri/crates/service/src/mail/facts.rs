//! What a mail is about, as it is kept: what its template fills in. Never a secret, and nothing that is stored sealed elsewhere.

use purser_core::mail::{Notice, Wish};
use purser_core::{Money, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a template fills in. Never a secret.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Facts {
    /// Given name of the person.
    pub(crate) first_name: String,
    /// Name of the business.
    pub(crate) business: String,
    /// Where the business sits and what its tax office calls it, line by line; in what customers are written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) seller: Vec<String>,
    /// Who set it off, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Address of the computer it was set off from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ip: Option<String>,
    /// When it happened, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// The device it was set off from, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    /// Two letters of the country it was set off from, where it is known and was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// What is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offer: Option<Offer>,
    /// The order it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<OrderFacts>,
    /// What waits for somebody on the staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) staff: Option<StaffFacts>,
    /// What a week came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) week: Option<WeekFacts>,
    /// The page of the console it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) page: Option<String>,
    /// What became of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<Notice>,
    /// What it is about, by its own name: a factor, a key, a provider, a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) what: Option<String>,
    /// The day or moment until which something holds, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// The code in it; never stored with the rest.
    #[serde(skip)]
    pub(crate) code: Option<String>,
    /// Where the order goes, line by line; read from the order when the text is made, never stored with the rest.
    #[serde(skip)]
    pub(crate) address: Vec<String>,
}

/// What somebody could order, and what it would come to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Offer {
    /// What people call it.
    pub(crate) number: String,
    /// Pieces, name, and what they cost together.
    pub(crate) lines: Vec<(i64, String, Money)>,
    /// `discount`, `tax`, `shipping`, `total`, as far as there is something of it.
    pub(crate) sums: Vec<(String, Money)>,
}

/// What a customer is told about their order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OrderFacts {
    /// The order.
    pub(crate) id: Uuid,
    /// What people call it.
    pub(crate) number: String,
    /// Pieces, name, and what they cost together where that is told.
    pub(crate) lines: Vec<(i64, String, Option<Money>)>,
    /// `goods`, `discount`, `tax`, `shipping`, `total`, and `included_tax`, as far as there is something of it.
    pub(crate) sums: Vec<(String, Money)>,
    /// What went back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) back: Option<Money>,
    /// Why, where that is one of the reasons the business offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The credit note that comes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credit_note: Option<CreditNote>,
    /// Nothing of it is left: all of it left the house, or all that was paid went back.
    pub(crate) whole: bool,
    /// Something was paid for it.
    pub(crate) paid: bool,
    /// What comes next is told in a mail of its own.
    pub(crate) goes_on: bool,
    /// Sold on account: what is to be paid, and by when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owed: Option<(Money, Timestamp)>,
    /// Who has what went back, where that is not a provider: `credit`, `account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gone_to: Option<String>,
    /// Who carries the parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) carrier: Option<String>,
    /// By what it is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking: Option<String>,
    /// Where it is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking_url: Option<String>,
}

/// A credit note that comes with a mail; drawn when that is sent, never stored with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CreditNote {
    /// The refund.
    pub(crate) refund: Uuid,
    /// What it is called as a file.
    pub(crate) name: String,
}

impl OrderFacts {
    /// Where the parcel is followed, if that is an address of the web.
    pub(super) fn follow(&self) -> Option<&str> {
        self.tracking_url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"))
    }
}

/// What somebody on the staff is told of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StaffFacts {
    /// What kind of thing.
    pub(crate) wish: Wish,
    /// How many there are.
    pub(crate) count: i64,
    /// The first of them.
    pub(crate) items: Vec<Item>,
}

/// One of the things.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Item {
    /// What people call it.
    pub(crate) name: String,
    /// What it is about in money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) money: Option<Money>,
    /// Until when, or when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Timestamp>,
    /// Whatever else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// A week in figures, each with that of the week before.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WeekFacts {
    /// Its Monday.
    pub(crate) from: Timestamp,
    /// Its Sunday.
    pub(crate) to: Timestamp,
    /// What was taken for its orders.
    pub(crate) revenue: Option<[Money; 2]>,
    /// What was given back in it.
    pub(crate) refunded: Option<[Money; 2]>,
    /// Orders entered.
    pub(crate) orders: [i64; 2],
    /// Customers who are new.
    pub(crate) customers: [i64; 2],
    /// Disputes that were opened.
    pub(crate) disputes: [i64; 2],
    /// Disputes that are open.
    pub(crate) open: i64,
}
