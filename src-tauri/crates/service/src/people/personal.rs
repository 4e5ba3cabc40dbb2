//! Everything Purser holds about one person, as one JSON document: for the person who asks what is known of them.

use purser_core::access::{Grant, Right, can};
use purser_core::ids::UserId;
use purser_core::{Error, Result, Timestamp};
use purser_store::{Page, Tx, audit as log, factors, files, mails, orders, payments, people as store, sessions, sign_ins};
use serde_json::{Value, json};

use super::label;
use crate::App;
use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::limits;

/// Rows of one kind at most; a document says where it was cut.
const MOST: u32 = 5_000;
/// Rows read at once.
const AT_ONCE: u32 = 500;

/// What is held about somebody. That it was taken out is a line of the log.
pub async fn export(app: &App, by: &Grant<can::ExportUser>, id: UserId) -> Result<Vec<u8>> {
    step_up::demand(app, by).await?;
    gather(app, by, id).await
}

/// The same about oneself.
pub async fn own(app: &App, by: &Grant<can::ReadSelf>) -> Result<Vec<u8>> {
    step_up::demand(app, by).await?;
    let me = by.user().ok_or(Error::Refused("needs_session", "Sign in to see what is held about you.".into()))?;
    gather(app, by, me).await
}

async fn gather<P: Right>(app: &App, by: &Grant<P>, id: UserId) -> Result<Vec<u8>> {
    limits::of_person(app, by, "export", limits::EXPORTS).await?;
    let name = app
        .db
        .transact(by, async |tx| {
            let person = store::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            let name = label(&person);
            audit::record(tx, by, Line::new("user.personal_data", "user", id.uuid(), name.clone()));
            Ok::<_, Error>(name)
        })
        .await?;
    let account = app.db.read(by, async |tx| account(tx, id, by.now()).await).await?;
    let trade = app.db.read(by, async |tx| trade(tx, id).await).await?;
    let traces = app.db.read(by, async |tx| traces(tx, id).await).await?;
    let document = json!({ "about": name, "id": id, "asOf": by.now(), "account": account, "trade": trade, "traces": traces, "mostOfEach": MOST });
    serde_json::to_vec_pretty(&document).map_err(|error| Error::Internal(Box::new(error)))
}

async fn account(tx: &mut Tx, id: UserId, now: Timestamp) -> Result<Value> {
    let person = store::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
    let open = sessions::list(tx, id, now).await?;
    let proofs = factors::list(tx, id).await?;
    let session = |s: &sessions::Session| json!({ "address": s.ip, "program": s.user_agent, "begun": s.created_at, "lastUsed": s.last_used_at });
    let factor = |f: &factors::Factor| json!({ "kind": f.kind, "name": f.name, "since": f.created_at, "lastUsed": f.last_used_at });
    Ok(json!({
        "email": person.email, "emailProved": person.email_verified, "firstName": person.first_name, "lastName": person.last_name,
        "phone": person.phone, "country": person.country, "language": person.language, "notes": person.notes, "role": person.role,
        "status": person.status, "lockReason": person.lock_reason, "lastSignIn": person.last_login_at, "since": person.created_at,
        "openSessions": open.iter().map(session).collect::<Vec<_>>(), "secondFactors": proofs.iter().map(factor).collect::<Vec<_>>(),
    }))
}

/// Every page of a list, up to [`MOST`] rows.
macro_rules! every {
    ($tx:ident, $list:path, $filter:expr, $row:expr) => {{
        let mut rows: Vec<Value> = Vec::new();
        let mut after = None;
        loop {
            let page = Page { limit: AT_ONCE, after, ..Page::default() };
            let listing = $list($tx, &$filter, &page).await?;
            rows.extend(listing.rows.iter().map($row));
            after = listing.next;
            if after.is_none() || rows.len() >= usize::try_from(MOST).unwrap_or(usize::MAX) {
                break rows;
            }
        }
    }};
}

async fn trade(tx: &mut Tx, id: UserId) -> Result<Value> {
    let filter = orders::Filter { customers: vec![id], ..orders::Filter::default() };
    let mut bought: Vec<(purser_core::ids::OrderId, Value)> = Vec::new();
    let mut after = None;
    loop {
        let page = Page { limit: AT_ONCE, after, ..Page::default() };
        let listing = orders::list(tx, &filter, &page).await?;
        for order in &listing.rows {
            let facts = json!({
                "number": order.number, "state": order.state, "payment": order.payment_state, "at": order.created_at,
                "total": order.money(order.total), "refunded": order.money(order.refunded),
            });
            bought.push((order.id, facts));
        }
        after = listing.next;
        if after.is_none() || bought.len() >= usize::try_from(MOST).unwrap_or(usize::MAX) {
            break;
        }
    }
    let ids: Vec<_> = bought.iter().map(|(order, _)| *order).collect();
    let mut particulars = orders::particulars_of(tx, &ids).await?;
    let mut all = Vec::with_capacity(bought.len());
    for (order, mut facts) in bought {
        if let (Some(found), Value::Object(facts)) = (particulars.remove(&order), &mut facts) {
            facts.insert("shippingAddress".into(), serde_json::to_value(found.address).unwrap_or_default());
            facts.insert("notes".into(), found.notes.into());
        }
        all.push(facts);
    }
    let paid = payments::Filter { customers: vec![id], ..payments::Filter::default() };
    let paid = every!(
        tx,
        payments::list,
        paid,
        |p| json!({ "order": p.order_number, "method": p.method, "state": p.state, "amount": p.amount, "currency": p.currency, "at": p.created_at })
    );
    Ok(json!({ "orders": all, "payments": paid }))
}

async fn traces(tx: &mut Tx, id: UserId) -> Result<Value> {
    let filter = sign_ins::Filter { users: vec![id], ..sign_ins::Filter::default() };
    let attempts = every!(tx, sign_ins::list, filter, |s| json!({ "at": s.at, "outcome": s.outcome, "address": s.ip, "program": s.user_agent }));
    let filter = mails::Filter { user: Some(id), ..mails::Filter::default() };
    let letters = every!(tx, mails::list, filter, |m| json!({ "at": m.created_at, "to": m.address, "subject": m.subject, "state": m.state }));
    let filter = files::Filter { subject_ids: vec![id.uuid()], ..files::Filter::default() };
    let papers = every!(tx, files::list, filter, |f| json!({ "name": f.name, "kind": f.content_type, "bytes": f.size, "at": f.created_at }));
    let filter = log::Filter { subjects: vec![id.uuid()], ..log::Filter::default() };
    let about = every!(
        tx,
        log::list,
        filter,
        |l| json!({ "at": l.at, "what": l.action, "by": l.actor_name, "before": l.before, "after": l.after, "reason": l.reason })
    );
    let filter = log::Filter { actors: vec![id], ..log::Filter::default() };
    let by = every!(tx, log::list, filter, |l| json!({ "at": l.at, "what": l.action, "about": l.subject_label, "address": l.ip }));
    Ok(json!({ "signIns": attempts, "mails": letters, "files": papers, "logAbout": about, "logBy": by }))
}
