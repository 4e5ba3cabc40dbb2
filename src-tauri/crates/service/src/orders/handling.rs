//! How an order is handled: parcels that leave, wholly or in part, what makes it wait, its tags. The state of the order follows its goods.

use std::collections::BTreeMap;

use purser_core::access::{Grant, Scoped, can};
use purser_core::catalog::{MovementKind, check_tags, tags};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::handling::check_pieces;
use purser_core::ids::{FulfilmentId, LineId, OrderId, ProductId};
use purser_core::orders::{MoneyState, OrderEvent, OrderState};
use purser_core::{Error, Result};
use purser_store::coupons::{self, Used};
use purser_store::handling::{self as store, Filter, Fulfilment, Goods, Marks, Part, Return};
use purser_store::orders::{self, Order};
use purser_store::{Page, Tx, order_edits};
use serde::Serialize;

use super::write_state;
use crate::audit::{self, Line};
use crate::catalog::stock;
use crate::idempotency::{self, Once, Outcome};
use crate::{App, events};

/// How an order is handled.
#[derive(Clone, Debug)]
pub struct Handling {
    /// The order.
    pub order: Order,
    /// What makes it wait, and its tags.
    pub marks: Marks,
    /// Its lines and where their pieces are.
    pub goods: Vec<Goods>,
    /// Its parcels, oldest first, and what is in them.
    pub fulfilments: (Vec<Fulfilment>, Vec<Part>),
    /// What comes back, newest first, and what is in that.
    pub returns: (Vec<Return>, Vec<Part>),
    /// The coupons it used.
    pub coupons: Vec<Used>,
    /// Whether a change of it waits for approval of what it gives back: nothing leaves until that is decided.
    pub change_waits: bool,
}

/// Most returns of one order that are told with it.
const MOST_RETURNS: u32 = 100;

/// How an order is handled; of somebody else's for whoever may see all.
pub async fn read(app: &App, by: &Scoped<can::ReadOrder>, id: OrderId) -> Result<Handling> {
    let mut found = app.db.read(by, async |tx| whole(tx, id).await).await?;
    if let Some(own) = by.own() {
        if found.order.customer_id != own {
            return Err(Error::NotFound("order"));
        }
        // What staff keep to themselves.
        found.marks = Marks { held_reason: None, held_at: None, tags: String::new() };
        found.change_waits = false;
    }
    Ok(found)
}

pub(super) async fn whole(tx: &mut Tx, id: OrderId) -> Result<Handling> {
    let order = orders::find(tx, id).await?.ok_or(Error::NotFound("order"))?;
    let marks = store::marks(tx, id).await?.ok_or(Error::NotFound("order"))?;
    let goods = seen(store::goods(tx, id).await?, order.state);
    let fulfilments = store::fulfilments(tx, id).await?;
    let page = Page { limit: MOST_RETURNS, ..Page::default() };
    let returns = store::returns(tx, &Filter { order: Some(id), ..Filter::default() }, &page).await?.rows;
    let ids: Vec<_> = returns.iter().map(|one| one.id).collect();
    let parts = store::return_lines(tx, &ids).await?;
    let coupons = coupons::of_order(tx, id).await?;
    let change_waits = order_edits::waits(tx, id).await?;
    Ok(Handling { order, marks, goods, fulfilments, returns: (returns, parts), coupons, change_waits })
}

/// Lines as they are with an order that stands where it stands.
pub(super) fn seen(goods: Vec<Goods>, state: OrderState) -> Vec<Goods> {
    // One that was brought in as shipped has no parcels: all of it left.
    let brought_in = matches!(state, OrderState::Shipped | OrderState::Delivered) && goods.iter().all(|line| line.shipped == 0);
    let kept = |line: Goods| Goods { kept: if brought_in { 0 } else { line.kept }, ..line };
    let seen = |line: Goods| Goods { shipped: line.pieces().seen(state).shipped, ..line };
    goods.into_iter().map(kept).map(seen).collect()
}

/// A parcel that leaves.
#[derive(Clone, Debug, Default)]
pub struct Parcel {
    /// What is in it; nothing said: all that has yet to leave.
    pub lines: Option<Vec<(LineId, i64)>>,
    /// Who carries it.
    pub carrier: Option<String>,
    /// By what it is followed.
    pub tracking_number: Option<String>,
    /// Where it is followed.
    pub tracking_url: Option<String>,
}

fn trimmed(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Parcel {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        let length = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
        checks.length("carrier", &length(&self.carrier), 100).length("trackingNumber", &length(&self.tracking_number), 100);
        checks.length("trackingUrl", &length(&self.tracking_url), 500);
        let web = trimmed(self.tracking_url.as_ref()).is_none_or(|url| url.starts_with("https://") || url.starts_with("http://"));
        checks.that(web, "trackingUrl", "not_valid", "An address that begins with https://.");
        checks.that(self.lines.as_ref().is_none_or(|lines| lines.len() <= 200), "lines", "too_many", "At most 200 lines.");
        checks.done()
    }
}

/// Send a parcel off, once for each key.
pub async fn fulfil(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, parcel: Parcel, once: Option<Once<Handling>>) -> Result<Outcome<Handling>> {
    parcel.check()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let order = orders::hold(tx, id).await?.ok_or(Error::NotFound("order"))?;
            leave(tx, by, &order, &parcel).await?;
            let handling = whole(tx, id).await?;
            idempotency::finish(tx, once.as_ref(), handling).await
        })
        .await
}

/// Refuse what an order that has to wait can not do.
pub(super) async fn not_held(tx: &mut Tx, id: OrderId) -> Result<()> {
    match store::marks(tx, id).await?.and_then(|marks| marks.held_reason) {
        Some(reason) => Err(Error::conflict("on_hold", format!("The order is on hold: {reason}"))),
        None => Ok(()),
    }
}

/// Goods of an order that is held in this transaction leave the house; the order moves on with them.
pub(super) async fn leave(tx: &mut Tx, by: &Grant<can::UpdateOrder>, order: &Order, parcel: &Parcel) -> Result<()> {
    if !matches!(order.state, OrderState::Paid | OrderState::Processing) {
        order.state.apply(OrderEvent::Ship)?;
    }
    if order.payment_state == MoneyState::Refunded {
        let message = "All that was paid went back to the customer. Cancel the order instead of sending it.";
        return Err(Error::conflict("refunded", message));
    }
    not_held(tx, order.id).await?;
    if order_edits::waits(tx, order.id).await? {
        let message = "A change of this order waits for approval of what it gives back. Have that decided first: it says which pieces leave.";
        return Err(Error::conflict("change_waits", message));
    }
    let goods = store::goods(tx, order.id).await?;
    let left = || goods.iter().filter(|line| line.pieces().to_ship() > 0).map(|line| (line.id, line.pieces().to_ship())).collect();
    let asked: Vec<(LineId, i64)> = parcel.lines.clone().unwrap_or_else(left);
    let find = |id: LineId| goods.iter().find(|line| line.id == id);
    check_pieces(&asked, |id| find(id).map(|line| line.pieces().to_ship()))?;
    let mut moves = Vec::with_capacity(asked.len());
    let mut sold: BTreeMap<ProductId, (i64, i64)> = BTreeMap::new();
    for (id, pieces) in &asked {
        let Some(line) = find(*id) else { continue };
        let freed = line.reserved.min(*pieces);
        moves.push((*id, -freed, *pieces, 0));
        if let Some(product) = line.product_id.filter(|_| freed > 0) {
            sold.entry(ProductId(product)).or_default().1 -= freed;
        }
    }
    store::move_pieces(tx, order.id, &moves).await?;
    stock::settle(tx, by, order.id, (MovementKind::Sold, sold)).await?;
    let parcel = Fulfilment {
        id: by.id(),
        order_id: order.id,
        carrier: trimmed(parcel.carrier.as_ref()),
        tracking_number: trimmed(parcel.tracking_number.as_ref()),
        tracking_url: trimmed(parcel.tracking_url.as_ref()),
        created_at: by.now(),
        delivered_at: None,
    };
    store::insert_fulfilment(tx, &parcel, &asked).await?;
    let facts = Sent { pieces: asked.iter().map(|(_, pieces)| pieces).sum(), carrier: parcel.carrier.as_deref() };
    audit::record(tx, by, Line::new("order.fulfil", "order", order.id.uuid(), order.label()).after(&facts));
    let left: i64 = goods.iter().map(|line| line.pieces().to_ship()).sum();
    let whole = left == facts.pieces;
    if whole {
        // What was given back before it left stays here, and can be sold again.
        stock::release(tx, by, order.id).await?;
    }
    follow(tx, by, order, whole).await
}

/// The order moves on with its goods.
async fn follow(tx: &mut Tx, by: &Grant<can::UpdateOrder>, order: &Order, whole: bool) -> Result<()> {
    let mut order = order.clone();
    for (event, due) in [(OrderEvent::Process, order.state == OrderState::Paid), (OrderEvent::Ship, whole)] {
        if due {
            let state = order.state.apply(event)?;
            write_state(by, tx, &order, (state, None)).await?;
            order.state = state;
        }
    }
    events::emit(tx, by, Topic::Order, "fulfilled", order.id.uuid());
    Ok(())
}

#[derive(Serialize)]
struct Sent<'a> {
    pieces: i64,
    carrier: Option<&'a str>,
}

/// A parcel arrived. The last one of an order that was shipped whole makes it delivered. A parcel that arrived before changes nothing.
pub async fn deliver(app: &App, by: &Grant<can::UpdateOrder>, id: FulfilmentId) -> Result<Handling> {
    app.db
        .transact(by, async |tx| {
            let parcel = store::fulfilment(tx, id).await?.ok_or(Error::NotFound("fulfilment"))?;
            let order = orders::hold(tx, parcel.order_id).await?.ok_or(Error::NotFound("order"))?;
            if store::deliver(tx, id, by.now()).await? {
                let open = store::fulfilments(tx, order.id).await?.0.iter().any(|parcel| parcel.delivered_at.is_none());
                audit::record(tx, by, Line::new("order.arrive", "order", order.id.uuid(), order.label()));
                if !open && order.state == OrderState::Shipped {
                    write_state(by, tx, &order, (order.state.apply(OrderEvent::Deliver)?, None)).await?;
                } else {
                    events::emit(tx, by, Topic::Order, "arrived", order.id.uuid());
                }
            }
            whole(tx, order.id).await
        })
        .await
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    on_hold: bool,
}

/// Make an order wait, or let it go on.
pub async fn hold(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, reason: Option<&str>) -> Result<Handling> {
    if let Some(reason) = reason {
        let mut checks = Checks::new();
        checks.text("reason", reason, 500).done()?;
    }
    app.db
        .transact(by, async |tx| {
            put_on_hold(tx, by, id, reason).await?;
            whole(tx, id).await
        })
        .await
}

pub(super) async fn put_on_hold(tx: &mut Tx, by: &Grant<can::UpdateOrder>, id: OrderId, reason: Option<&str>) -> Result<()> {
    let order = orders::hold(tx, id).await?.ok_or(Error::NotFound("order"))?;
    let marks = store::marks(tx, id).await?.ok_or(Error::NotFound("order"))?;
    let held = marks.held_at.is_some();
    if reason.is_some() && !order.state.waits() {
        return Err(Error::conflict("illegal_move", format!("An order that is {} has nothing left to wait for.", order.state)));
    }
    if held == reason.is_some() {
        let words = if held { ("already_held", "The order is on hold already.") } else { ("not_held", "The order is not on hold.") };
        return Err(Error::conflict(words.0, words.1));
    }
    let reason = reason.map(|reason| reason.trim().to_owned());
    store::set_hold(tx, id, reason.clone(), by.now()).await?;
    let action = if reason.is_some() { "order.hold" } else { "order.release" };
    let line = Line::new(action, "order", id.uuid(), order.label()).before(&Held { on_hold: held }).after(&Held { on_hold: !held });
    audit::record(tx, by, reason.map_or(line.clone(), |reason| line.reason(reason)));
    events::emit(tx, by, Topic::Order, if held { "released" } else { "held" }, id.uuid());
    Ok(())
}

#[derive(Serialize)]
struct Tagged {
    tags: Vec<String>,
}

/// Give an order these tags and no others.
pub async fn tag(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, given: &[String]) -> Result<Handling> {
    let mut checks = Checks::new();
    check_tags(&mut checks, given);
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let order = orders::hold(tx, id).await?.ok_or(Error::NotFound("order"))?;
            let marks = store::marks(tx, id).await?.ok_or(Error::NotFound("order"))?;
            let (before, after) = (tag_list(&marks.tags), tags(given));
            if before != after {
                let kept = if after.is_empty() { String::new() } else { format!(",{},", after.join(",")) };
                store::set_tags(tx, id, kept, by.now()).await?;
                let line = Line::new("order.tag", "order", id.uuid(), order.label()).before(&Tagged { tags: before }).after(&Tagged { tags: after });
                audit::record(tx, by, line);
                events::emit(tx, by, Topic::Order, "tagged", id.uuid());
            }
            whole(tx, id).await
        })
        .await
}

/// Tags as they are kept, one by one.
pub fn tag_list(kept: &str) -> Vec<String> {
    kept.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}
