//! The whole story of a person or an order: what several tables tell, merged by time, with the audit row behind each thing that has one.

use purser_core::access::{Grant, Permission, Permissions, Scoped, can};
use purser_core::ids::{OrderId, UserId};
use purser_core::time::MINUTE;
use purser_core::{Currency, Error, Money, Result, Timestamp};
use purser_store::page::Key;
use purser_store::timeline::{self as store, Entry as Row, Source, Subject};
use purser_store::{Cursor, Listing, Page, people};
use uuid::Uuid;

use crate::App;

mod happened;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Id of the row that tells of it.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// `order`, `payment`, `refund`, `return`, `account`, `session`, `message`, `cart` or `file`.
    pub kind: &'static str,
    /// The domain's word for it: `user.lock`.
    pub action: String,
    /// In a person's words.
    pub title: String,
    /// More: a reason, an address.
    pub detail: Option<String>,
    /// Who did it.
    pub actor: Option<(Option<Uuid>, String)>,
    /// How much.
    pub amount: Option<Money>,
    /// What it happened to: kind, id, name.
    pub subject: (String, Uuid, String),
    /// The audit row behind it.
    pub audit_id: Option<Uuid>,
    /// Its place among those of the same instant.
    place: Uuid,
}

/// The story of a person.
pub async fn of_person(app: &App, by: &Grant<can::ReadUser>, id: UserId, page: &Page) -> Result<Listing<Entry>> {
    app.db.read(by, async |tx| people::find(tx, id).await?.map(drop).ok_or(Error::NotFound("user"))).await?;
    merged(app, by, (Subject::Person(id), Reader::of(by)), page).await
}

/// The story of an order: any, or one of one's own, which says what happened but neither who of staff did it nor what they wrote.
pub async fn of_order(app: &App, by: &Scoped<can::ReadOrder>, id: OrderId, page: &Page) -> Result<Listing<Entry>> {
    let found = app.db.read(by, async |tx| purser_store::orders::find(tx, id).await.map_err(Error::from)).await?;
    found.filter(|order| by.reaches(order.customer_id)).ok_or(Error::NotFound("order"))?;
    let reader = if by.own().is_some() { Reader::Customer } else { Reader::of(by.narrow()) };
    merged(app, by.narrow(), (Subject::Order(id), reader), page).await
}

/// Who a story is told to.
#[derive(Clone, Copy)]
enum Reader {
    /// Staff, and what they may see.
    Staff(Permissions),
    /// Whoever ordered.
    Customer,
}

impl Reader {
    fn of<P>(by: &Grant<P>) -> Self {
        Self::Staff(by.actor().held.any)
    }

    fn sees(self, source: Source) -> bool {
        match self {
            Self::Staff(permissions) => may_see(permissions, source),
            Self::Customer => matches!(source, Source::Orders | Source::Payments | Source::Refunds | Source::Parcels | Source::Returns),
        }
    }

    /// Whether a row is told. What staff note down among themselves is none of a customer's, nor is money that may not be sent yet.
    fn hears(self, source: Source, word: &str) -> bool {
        match self {
            Self::Staff(permissions) => source != Source::Audit || may_see_line(permissions, word),
            Self::Customer => !matches!(
                (source, word),
                (Source::Orders, "order.hold" | "order.release" | "order.tag") | (Source::Refunds, "waiting" | "failed" | "cancelled")
            ),
        }
    }

    fn links(self) -> bool {
        matches!(self, Self::Staff(permissions) if permissions.has(Permission::ReadAudit))
    }
}

/// What each source asks of the reader.
fn may_see(permissions: Permissions, source: Source) -> bool {
    permissions.has(match source {
        Source::Audit | Source::SignIns => Permission::ReadUser,
        Source::Orders | Source::Parcels | Source::Returns | Source::Carts => Permission::ReadOrder,
        Source::Payments | Source::Refunds | Source::Credits => Permission::ReadPayment,
        Source::Files => Permission::ReadFile,
        Source::Messages => Permission::ReadMail,
    })
}

async fn merged<P>(app: &App, by: &Grant<P>, (subject, reader): (Subject, Reader), page: &Page) -> Result<Listing<Entry>> {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let after = page.after.as_ref();
    if after.is_some_and(|cursor| cursor.sort != SORT) {
        return Err(Error::invalid("cursor", "other_sort", "This cursor belongs to another list. Start from the beginning."));
    }
    let (mut rows, begun): (Vec<(Source, Row)>, _) = app
        .db
        .read(by, async |tx| {
            let (mut rows, mut begun) = (Vec::new(), None);
            // The instant a page ended in is read again as a whole: only then is it known which lines of the log belong to which rows.
            let from = after.map(|cursor| Cursor { id: Uuid::max(), ..cursor.clone() });
            for source in Source::ALL.into_iter().filter(|source| reader.sees(*source)) {
                // Enough to tell whether more follow, however many share the first and the last instant.
                let wanted = i64::from(page.limit) + 2 * SAME_INSTANT;
                let found = match (source, subject) {
                    (Source::Orders, Subject::Order(id)) => {
                        let (found, from) = happened::rows(tx, id).await?;
                        begun = from;
                        found
                    }
                    _ => store::read(tx, source, subject, (from.as_ref(), wanted)).await?,
                };
                rows.extend(found.into_iter().map(|row| (source, row)));
            }
            Ok::<_, Error>((rows, begun))
        })
        .await?;
    rows.retain(|(source, row)| reader.hears(*source, &row.word));
    if matches!(subject, Subject::Order(_)) {
        told_by_history(&mut rows, begun);
    }
    let mut entries = told(rows, reader.links());
    if matches!(reader, Reader::Customer) {
        for entry in &mut entries {
            (entry.detail, entry.actor) = (None, None);
        }
    }
    if let Some(Cursor { key: Key::Time(micros), id, .. }) = after {
        entries.retain(|entry| (entry.at, entry.place) < (Timestamp::from_micros(*micros), *id));
    }
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|last| Cursor { sort: SORT.into(), key: Key::Time(last.at.micros()), id: last.place });
    Ok(Listing { rows: entries, next })
}

/// Rows of one table that may share one instant.
const SAME_INSTANT: i64 = 25;

/// Name of the only order a story has.
const SORT: &str = "-at";

/// Lines of the log about orders and payments are for those who may see these.
fn may_see_line(permissions: Permissions, action: &str) -> bool {
    match action.split('.').next().unwrap_or_default() {
        "order" | "return" => permissions.has(Permission::ReadOrder),
        "payment" | "refund" | "dispute" | "credit" | "receivable" => permissions.has(Permission::ReadPayment),
        _ => true,
    }
}

/// What an order's history tells is not told a second time, and rows beside it say how things were when they were written: a payment was
/// begun, a refund was asked for. What became of them the history says, unless it began `from` later.
fn told_by_history(rows: &mut Vec<(Source, Row)>, from: Option<Timestamp>) {
    let near = |one: &Row, other: &Row| one.at.since(other.at).abs() <= MINUTE;
    let before = |row: &Row| from.is_some_and(|from| row.at <= from);
    let begun: Vec<Timestamp> = rows.iter().filter(|(source, _)| *source == Source::Payments).map(|(_, row)| row.at).collect();
    let mut given: Vec<Row> = Vec::new();
    let taken: Vec<Option<i64>> =
        rows.iter().filter(|(source, row)| *source == Source::Orders && row.word == "payment.capture").map(|(_, row)| row.amount).collect();
    rows.retain(|(source, row)| match (*source, row.word.as_str()) {
        (Source::Orders, "payment.process") => !begun.contains(&row.at),
        (Source::Orders, "refund.succeeded") => {
            given.push(row.clone());
            false
        }
        _ => true,
    });
    for (source, row) in rows.iter_mut() {
        match source {
            // Begun before, and nothing was taken since.
            Source::Payments if before(row) && !taken.contains(&row.amount) => {}
            Source::Payments => {
                "created".clone_into(&mut row.word);
                row.detail = None;
            }
            Source::Refunds => {
                let credited = row.word == "credited";
                let done = |event: &Row| event.amount == row.amount && event.at.since(row.at) >= -MINUTE;
                if !credited && row.word != "succeeded" {
                    "pending".clone_into(&mut row.word);
                } else if let Some(place) = given.iter().position(|event| done(event) && near(event, row)) {
                    given.remove(place);
                } else if let Some(event) = given.iter_mut().find(|event| done(event) && event.word == "refund.succeeded") {
                    // Sent later than it was asked for.
                    if credited {
                        "refund.credited".clone_into(&mut event.word);
                    }
                    "pending".clone_into(&mut row.word);
                } else if !before(row) {
                    "pending".clone_into(&mut row.word);
                }
            }
            _ => {}
        }
    }
    rows.extend(given.into_iter().map(|row| (Source::Orders, row)));
}

/// A line of the log that says the same as a row of another table, written in the same transaction, becomes the link behind that row.
fn told(rows: Vec<(Source, Row)>, audit: bool) -> Vec<Entry> {
    let twin = |action: &str| match action {
        "order.create" => Some(Source::Orders),
        "order.fulfil" => Some(Source::Parcels),
        "return.request" => Some(Source::Returns),
        "order.refund" | "payment.refund" => Some(Source::Refunds),
        "payment.authorise" | "payment.capture" | "payment.fail" | "payment.lose_track" | "payment.process" | "payment.require_action" => {
            Some(Source::Payments)
        }
        "session.begin" => Some(Source::SignIns),
        "credit.give" | "credit.take_back" => Some(Source::Credits),
        _ => None,
    };
    let (lines, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(source, _)| *source == Source::Audit);
    let mut lines: Vec<Option<Row>> = lines.into_iter().map(|(_, row)| Some(row)).collect();
    let mut entries = Vec::with_capacity(others.len() + lines.len());
    for (source, row) in others {
        // A history has the words of the log; it is written at the end of the work, the log at its beginning.
        let same = |line: &Row| {
            let one = if row.word.contains('.') {
                line.word == row.word && line.at.since(row.at).abs() <= MINUTE
            } else {
                line.at == row.at && twin(&line.word) == Some(source)
            };
            // A person may be called otherwise by now.
            one && (line.subject_label == row.subject_label || line.subject_id == row.subject_id)
        };
        let line = lines.iter_mut().find(|line| line.as_ref().is_some_and(same)).and_then(Option::take);
        entries.push(entry(source, row, line, audit));
    }
    entries.extend(lines.into_iter().flatten().map(|row| {
        let id = row.id;
        Entry { audit_id: audit.then_some(id), ..entry(Source::Audit, row, None, audit) }
    }));
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.place)));
    entries
}

fn entry(source: Source, row: Row, line: Option<Row>, audit: bool) -> Entry {
    let (kind, action, title) = words(source, &row);
    let amount = row.amount.zip(row.currency.as_deref().and_then(|currency| currency.parse::<Currency>().ok()));
    let (actor_id, actor_name) = match &line {
        Some(line) => (line.actor_id, line.actor_name.clone()),
        None => (row.actor_id, row.actor_name),
    };
    Entry {
        // A row and its line of the log stand where the earlier of the two would.
        place: line.as_ref().map_or(row.id, |line| line.id.min(row.id)),
        id: row.id,
        at: row.at,
        kind,
        action,
        title,
        detail: row.detail.or_else(|| line.as_ref().and_then(|line| line.detail.clone())).filter(|detail| !detail.is_empty()),
        actor: actor_name.map(|name| (actor_id, name)),
        amount: amount.map(|(amount, currency)| Money::new(amount, currency)),
        subject: (row.subject_type, row.subject_id, row.subject_label),
        audit_id: line.filter(|_| audit).map(|line| line.id),
    }
}

/// Kind, action and title of a row.
fn words(source: Source, row: &Row) -> (&'static str, String, String) {
    let (word, label) = (row.word.as_str(), row.subject_label.as_str());
    match source {
        Source::SignIns if word == "signed_in" => ("session", "session.begin".into(), "Signed in".into()),
        Source::SignIns => ("session", format!("session.{word}"), format!("Sign-in {}", word.replace('_', " "))),
        Source::Orders if word == "order.create" || !word.contains('.') => ("order", "order.create".into(), format!("Order {label} placed")),
        Source::Audit | Source::Orders => (kind_of(word), word.to_owned(), sentence(word, label)),
        Source::Payments => {
            let title = match word {
                "sold" => format!("Order {label} sold on account"),
                "spent" => format!("Order {label} paid with stored credit"),
                _ => format!("Payment of order {label}: {}", word.replace('_', " ")),
            };
            ("payment", format!("payment.{word}"), title)
        }
        Source::Refunds => {
            let outcome = match word {
                "succeeded" => "refunded",
                "credited" => "refunded to stored credit",
                "failed" => "refund failed",
                _ => "refund under way",
            };
            ("refund", format!("refund.{word}"), format!("Order {label} {outcome}"))
        }
        Source::Credits if word == "given" => ("payment", "credit.give".into(), "Stored credit given".into()),
        Source::Credits => ("payment", "credit.take_back".into(), "Stored credit taken back".into()),
        Source::Files => ("file", "file.create".into(), format!("File {label} attached")),
        Source::Parcels => ("order", "order.fulfil".into(), format!("Order {label}: a parcel left")),
        Source::Returns => ("return", "return.request".into(), format!("Order {label}: return asked for")),
        Source::Carts => ("cart", "cart.open".into(), format!("{} {label} begun", if word == "draft" { "Draft" } else { "Cart" })),
        Source::Messages => ("message", format!("message.{word}"), label.to_owned()),
    }
}

fn kind_of(action: &str) -> &'static str {
    match action.split('.').next().unwrap_or_default() {
        "order" => "order",
        "payment" | "credit" | "receivable" | "dispute" => "payment",
        "refund" => "refund",
        "return" => "return",
        "session" => "session",
        "file" => "file",
        "import" => "import",
        _ => "account",
    }
}

/// A line of the log in a few words.
fn sentence(action: &str, label: &str) -> String {
    match action {
        "user.create" => "Account made".into(),
        "user.update" => "Particulars changed".into(),
        "user.role" => "Role changed".into(),
        "user.lock" => "Account locked".into(),
        "user.unlock" => "Account unlocked".into(),
        "user.delete" => "Account deleted".into(),
        "user.restore" => "Account restored".into(),
        "user.password" => "Password changed".into(),
        "session.end" => "Session ended".into(),
        "order.cancel" => format!("Order {label} cancelled"),
        other => {
            let (area, verb) = other.split_once('.').unwrap_or(("", other));
            let verb = verb.replace('_', " ");
            match area {
                "order" | "payment" | "refund" | "return" => format!("{}{} {label}: {verb}", area[..1].to_uppercase(), &area[1..]),
                _ => format!("{}{}: {verb}", area.get(..1).unwrap_or_default().to_uppercase(), area.get(1..).unwrap_or_default()),
            }
        }
    }
}
