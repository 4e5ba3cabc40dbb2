//! Goods that come back: asked for, allowed or not, received. What arrives whole can be sold again. The money is given back apart from that:
//! a return that was received says which lines and how many pieces.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::catalog::MovementKind;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::handling::{ReturnEvent, ReturnState, check_pieces};
use purser_core::ids::{LineId, OrderId, ProductId, ReturnId};
use purser_core::{Error, Result};
use purser_store::handling::{self as store, Filter, Goods, Part, Return};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx, orders};
use serde::Serialize;

use super::handling::seen;
use crate::audit::{self, Line};
use crate::catalog::stock;
use crate::idempotency::{self, Once, Outcome};
use crate::totals::Wanted;
use crate::{App, events};

/// A return as its own page shows it.
#[derive(Clone, Debug)]
pub struct Coming {
    /// The return.
    pub one: Return,
    /// What is in it, with the lines of the order.
    pub parts: Vec<(Part, Option<Goods>)>,
}

/// A page of returns and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadOrder>, filter: &Filter, page: &Page) -> Result<(Listing<Return>, Option<(i64, bool)>)> {
    let listing = app.db.read(by, async |tx| store::returns(tx, filter, page).await.map_err(Error::from)).await?;
    let wanted = Wanted { tenant: by.tenant(), list: format!("returns {filter:?}"), topics: &[Topic::Order], page };
    let count = async || app.db.read(by, async |tx| store::count_returns(tx, filter, COUNT_LIMIT).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// One return.
pub async fn read(app: &App, by: &Grant<can::ReadOrder>, id: ReturnId) -> Result<Coming> {
    app.db.read(by, async |tx| whole(tx, id).await).await
}

async fn whole(tx: &mut Tx, id: ReturnId) -> Result<Coming> {
    let one = store::find_return(tx, id).await?.ok_or(Error::NotFound("return"))?;
    let goods = store::goods(tx, one.order_id).await?;
    let find = |line: LineId| goods.iter().find(|goods| goods.id == line).cloned();
    let parts = store::return_lines(tx, &[id]).await?.into_iter().map(|part| (part, find(part.line_id))).collect();
    Ok(Coming { one, parts })
}

/// Write down that goods shall come back, once for each key.
pub async fn request(
    app: &App,
    by: &Grant<can::UpdateOrder>,
    id: OrderId,
    (lines, reason): (Vec<(LineId, i64)>, &str),
    once: Option<Once<Coming>>,
) -> Result<Outcome<Coming>> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500).that(lines.len() <= 200, "lines", "too_many", "At most 200 lines.").done()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            let new: ReturnId = by.id();
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), new.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let order = orders::hold(tx, id).await?.ok_or(Error::NotFound("order"))?;
            let goods = seen(store::goods(tx, id).await?, order.state);
            let left = |line: LineId| goods.iter().find(|goods| goods.id == line).map(|goods| goods.pieces().to_return());
            check_pieces(&lines, left)?;
            let wanted = Return {
                id: new,
                order_id: id,
                order_number: order.number,
                state: ReturnState::Requested,
                reason: reason.trim().to_owned(),
                decision: None,
                version: 1,
                created_at: by.now(),
                decided_at: None,
                received_at: None,
            };
            store::insert_return(tx, &wanted, &lines).await?;
            let claimed: Vec<_> = lines.iter().map(|(line, pieces)| (*line, 0, 0, *pieces)).collect();
            store::move_pieces(tx, id, &claimed).await?;
            let facts = Facts { state: wanted.state, pieces: lines.iter().map(|(_, pieces)| pieces).sum() };
            audit::record(tx, by, Line::new("return.request", "order", id.uuid(), order.label()).after(&facts).reason(wanted.reason.clone()));
            events::emit(tx, by, Topic::Order, "return_requested", id.uuid());
            let coming = whole(tx, new).await?;
            idempotency::finish(tx, once.as_ref(), coming).await
        })
        .await
}

#[derive(Serialize)]
struct Facts {
    state: ReturnState,
    pieces: i64,
}

/// Allow a return, or (with the reason) not.
pub async fn decide(app: &App, by: &Grant<can::UpdateOrder>, id: ReturnId, refusal: Option<&str>) -> Result<Coming> {
    if let Some(reason) = refusal {
        let mut checks = Checks::new();
        checks.text("reason", reason, 500).done()?;
    }
    app.db
        .transact(by, async |tx| {
            let event = if refusal.is_some() { ReturnEvent::Reject } else { ReturnEvent::Approve };
            let (before, parts) = begin(tx, id).await?;
            let state = before.state.apply(event)?;
            let after = Return { state, decision: refusal.map(|text| text.trim().to_owned()), decided_at: Some(by.now()), ..before.clone() };
            if refusal.is_some() {
                let free: Vec<_> = parts.iter().map(|part| (part.line_id, 0, 0, -part.quantity)).collect();
                store::move_pieces(tx, before.order_id, &free).await?;
            }
            write(tx, by, (&before, &after), refusal).await?;
            whole(tx, id).await
        })
        .await
}

/// The return with its order held.
async fn begin(tx: &mut Tx, id: ReturnId) -> Result<(Return, Vec<Part>)> {
    let order = store::find_return(tx, id).await?.ok_or(Error::NotFound("return"))?.order_id;
    orders::hold(tx, order).await?.ok_or(Error::NotFound("order"))?;
    let one = store::find_return(tx, id).await?.ok_or(Error::NotFound("return"))?;
    Ok((one, store::return_lines(tx, &[id]).await?))
}

async fn write(tx: &mut Tx, by: &Grant<can::UpdateOrder>, (before, after): (&Return, &Return), reason: Option<&str>) -> Result<()> {
    if !store::update_return(tx, after).await? {
        return Err(Error::Stale);
    }
    let (action, event) = match after.state {
        ReturnState::Approved => ("return.approve", "return_approved"),
        ReturnState::Rejected => ("return.reject", "return_rejected"),
        _ => ("return.receive", "return_received"),
    };
    let facts = |one: &Return| Facts { state: one.state, pieces: 0 };
    let line = Line::new(action, "order", after.order_id.uuid(), format!("#{}", after.order_number)).before(&facts(before)).after(&facts(after));
    audit::record(tx, by, reason.map_or(line.clone(), |reason| line.reason(reason.trim())));
    events::emit(tx, by, Topic::Order, event, after.order_id.uuid());
    Ok(())
}

/// What arrived of one line.
#[derive(Clone, Copy, Debug)]
pub struct Arrived {
    /// The line.
    pub line: LineId,
    /// Pieces.
    pub quantity: i64,
    /// Whether they can be sold again.
    pub restock: bool,
}

/// Goods arrived, once for each key. What did not come of what was allowed can be asked for again.
pub async fn receive(
    app: &App,
    by: &Grant<can::UpdateOrder>,
    id: ReturnId,
    arrived: &[Arrived],
    once: Option<Once<Coming>>,
) -> Result<Outcome<Coming>> {
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let (before, parts) = begin(tx, id).await?;
        let state = before.state.apply(ReturnEvent::Receive)?;
        let asked: Vec<(LineId, i64)> = arrived.iter().map(|one| (one.line, one.quantity)).collect();
        check_pieces(&asked, |line| parts.iter().find(|part| part.line_id == line).map(|part| part.quantity))?;
        let rows: Vec<_> = arrived.iter().map(|one| (one.line, one.quantity, if one.restock { one.quantity } else { 0 })).collect();
        store::receive(tx, id, &rows).await?;
        let came = |line: LineId| asked.iter().find(|(id, _)| *id == line).map_or(0, |(_, pieces)| *pieces);
        let missing = parts.iter().map(|part| (part.line_id, 0, 0, came(part.line_id) - part.quantity)).filter(|change| change.3 != 0);
        let missing: Vec<_> = missing.collect();
        store::move_pieces(tx, before.order_id, &missing).await?;
        restock(tx, by, before.order_id, arrived).await?;
        let after = Return { state, received_at: Some(by.now()), ..before.clone() };
        write(tx, by, (&before, &after), None).await?;
        whole(tx, id).await
    })
    .await
}

async fn restock(tx: &mut Tx, by: &Grant<can::UpdateOrder>, order: OrderId, arrived: &[Arrived]) -> Result<()> {
    let goods = store::goods(tx, order).await?;
    let mut back: BTreeMap<ProductId, (i64, i64)> = BTreeMap::new();
    for one in arrived.iter().filter(|one| one.restock) {
        if let Some(product) = goods.iter().find(|line| line.id == one.line).and_then(|line| line.product_id) {
            back.entry(ProductId(product)).or_default().0 += one.quantity;
        }
    }
    stock::settle(tx, by, order, (MovementKind::Returned, back)).await
}
