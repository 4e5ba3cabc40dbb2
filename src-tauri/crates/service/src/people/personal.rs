//! Everything Purser holds about one person, as one JSON document: for the person who asks what is known of them.

use purser_core::access::{Grant, Right, can};
use purser_core::ids::{OrderId, UserId};
use purser_core::{Error, Result, Timestamp};
use purser_store::{
    Page, Tx, audit as log, carts, credit, factors, files, handling, identities, impersonations, keys, mails, newsletters, orders, payments,
    people as store, receivables, refunds, rights, sessions, sign_ins,
};
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
/// Orders asked about at once.
const AT_ONCE_ORDERS: usize = 200;

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

/// What is held about somebody. That it was taken out is a line of the log.
pub async fn export(app: &App, by: &Grant<can::ExportUser>, id: UserId) -> Result<Vec<u8>> {
    step_up::demand(app, by).await?;
    gather(app, by, id).await
}

/// The same about oneself.
pub async fn own(app: &App, by: &Grant<can::ReadSelf>) -> Result<Vec<u8>> {
    if by.actor().acting.is_some() {
        let message = "Only the person themselves can do this. Stop acting as them first.";
        return Err(Error::Refused("not_while_impersonating", message.into()));
    }
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
    let rest = elsewhere(tx, id).await?;
    let session = |s: &sessions::Session| json!({ "address": s.ip, "program": s.user_agent, "begun": s.created_at, "lastUsed": s.last_used_at });
    let factor = |f: &factors::Factor| json!({ "kind": f.kind, "name": f.name, "since": f.created_at, "lastUsed": f.last_used_at });
    Ok(json!({
        "email": person.email, "emailProved": person.email_verified, "firstName": person.first_name, "lastName": person.last_name,
        "phone": person.phone, "country": person.country, "language": person.language, "notes": person.notes, "role": person.role,
        "status": person.status, "lockReason": person.lock_reason, "lastSignIn": person.last_login_at, "since": person.created_at,
        "openSessions": open.iter().map(session).collect::<Vec<_>>(), "secondFactors": proofs.iter().map(factor).collect::<Vec<_>>(),
        "identities": rest.0, "apiKeys": rest.1, "rights": rest.2, "lookedAtBy": rest.3,
    }))
}

/// Accounts elsewhere, keys, rights of their own, and who looked over their shoulder.
async fn elsewhere(tx: &mut Tx, id: UserId) -> Result<(Value, Value, Value, Value)> {
    let linked = |i: &identities::Linked| json!({ "at": i.provider_name, "email": i.email, "since": i.linked_at, "lastUsed": i.last_used_at });
    let key = |k: &keys::ApiKey| {
        json!({ "name": k.name, "begins": k.prefix, "may": k.scopes, "made": k.created_at, "expires": k.expires_at,
            "lastUsed": k.last_used_at, "lastAddress": k.last_used_ip, "revoked": k.revoked_at })
    };
    let right = |r: &rights::Right| {
        json!({ "right": r.power.to_string(), "denied": r.denied, "reason": r.reason, "by": r.created_by_name, "since": r.created_at,
            "until": r.expires_at, "ended": r.ended_at, "endedBy": r.ended_by_name })
    };
    let looked = |i: &impersonations::Impersonation| json!({ "by": i.by_name, "reason": i.reason, "couldChange": i.writes, "from": i.started_at, "until": i.until, "ended": i.ended_at });
    Ok((
        identities::of(tx, id).await?.iter().map(linked).collect(),
        keys::of(tx, id).await?.iter().map(key).collect(),
        rights::of_user(tx, id).await?.iter().map(right).collect(),
        impersonations::of_user(tx, id).await?.iter().map(looked).collect(),
    ))
}

/// What they got back of their orders, and what they sent back.
async fn back(tx: &mut Tx, (id, orders): (UserId, &[OrderId])) -> Result<(Vec<Value>, Vec<Value>)> {
    let mut refunded: Vec<Value> = Vec::new();
    for some in orders.chunks(AT_ONCE_ORDERS) {
        let filter = refunds::Filter { orders: some.to_vec(), ..refunds::Filter::default() };
        refunded.extend(every!(
            tx,
            refunds::list,
            filter,
            |r| json!({ "order": r.order_number, "amount": r.money(), "state": r.state, "reason": r.reason, "at": r.created_at })
        ));
    }
    let filter = handling::Filter { customer: Some(id), ..handling::Filter::default() };
    let sent = every!(
        tx,
        handling::returns,
        filter,
        |r| json!({ "order": r.order_number, "state": r.state, "reason": r.reason, "decision": r.decision, "at": r.created_at })
    );
    Ok((refunded, sent))
}

async fn trade(tx: &mut Tx, id: UserId) -> Result<Value> {
    let filter = orders::Filter { customers: vec![id], ..orders::Filter::default() };
    let mut bought: Vec<(OrderId, Value)> = Vec::new();
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
    let (refunded, returned) = back(tx, (id, &ids)).await?;
    let mut all = Vec::with_capacity(bought.len());
    for (order, mut facts) in bought {
        if let (Some(found), Value::Object(facts)) = (particulars.remove(&order), &mut facts) {
            facts.insert("shippingAddress".into(), serde_json::to_value(found.address).unwrap_or_default());
            facts.insert("notes".into(), found.notes.into());
            if !found.unreadable.is_empty() {
                let fields: Vec<_> = found.unreadable.iter().map(|column| column.field()).collect();
                facts.insert("unreadable".into(), json!(fields));
            }
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
    let filter = carts::Filter { customers: vec![id], ..carts::Filter::default() };
    let page = Page { limit: AT_ONCE, ..Page::default() };
    let kept = carts::list(tx, &filter, &page).await?.rows;
    let mut private = carts::private_of(tx, &kept.iter().map(|cart| cart.id).collect::<Vec<_>>()).await?;
    let cart = |c: &carts::Cart| {
        let more = private.remove(&c.id).unwrap_or_default();
        json!({ "number": c.number, "state": c.state, "at": c.created_at, "shippingAddress": more.address, "notes": more.notes })
    };
    let carts: Vec<_> = kept.iter().map(cart).collect();
    let (credit, owed) = trust(tx, id).await?;
    Ok(json!({ "orders": all, "payments": paid, "refunds": refunded, "returns": returned, "carts": carts, "storedCredit": credit, "owed": owed }))
}

/// Every move of their stored credit, and what they owe or owed.
async fn trust(tx: &mut Tx, id: UserId) -> Result<(Vec<Value>, Vec<Value>)> {
    let filter = credit::MovesFilter { customers: vec![id], ..credit::MovesFilter::default() };
    let moves = every!(
        tx,
        credit::moves,
        filter,
        |m| json!({ "kind": m.kind, "amount": m.amount, "currency": m.currency, "left": m.balance, "order": m.order_number, "reason": m.reason, "at": m.created_at })
    );
    let filter = receivables::Filter { customers: vec![id], ..receivables::Filter::default() };
    let owed = every!(
        tx,
        receivables::list,
        filter,
        |r| json!({ "order": r.order_number, "amount": r.money(r.amount), "owed": r.money(r.owed), "due": r.due_at, "at": r.created_at })
    );
    Ok((moves, owed))
}

async fn traces(tx: &mut Tx, id: UserId) -> Result<Value> {
    let filter = sign_ins::Filter { users: vec![id], ..sign_ins::Filter::default() };
    let attempts = every!(
        tx,
        sign_ins::list,
        filter,
        |s| json!({ "at": s.at, "outcome": s.outcome, "address": s.ip, "place": s.place, "program": s.user_agent })
    );
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
    let sent = newsletters::of_user(tx, id, i64::from(MOST)).await?;
    let news = |n: &newsletters::Held| {
        let subject = if n.subject_en.is_empty() { &n.subject_de } else { &n.subject_en };
        json!({ "at": n.sent_at, "to": n.address, "subject": subject, "state": n.state })
    };
    let consent = newsletters::consent(tx, id).await?;
    let consent = consent.map(|c| json!({ "agreed": c.agreed, "how": c.how, "note": c.note, "by": c.by_name, "at": c.at }));
    let sent: Vec<Value> = sent.iter().map(news).collect();
    let email = store::find(tx, id).await?.map(|person| person.email).unwrap_or_default();
    let left_out = newsletters::suppressed(tx, &email).await?.map(|s| json!({ "reason": s.reason, "said": s.error, "since": s.created_at }));
    Ok(
        json!({ "newsletterConsent": consent, "newsletterAddressLeftOut": left_out, "newsletters": sent, "signIns": attempts, "mails": letters, "files": papers, "logAbout": about, "logBy": by }),
    )
}
