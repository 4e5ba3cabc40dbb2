//! Writing to customers about their orders: what was confirmed, left, arrived, was called off or went back. A consumer of what happened writes
//! each mail in the transaction that notes the event, and under a cause of its own: however often it is told, shown again or tried again, one
//! mail is written. Nobody is written to about orders that were brought in from elsewhere or made up, or once they were erased.

use std::collections::HashMap;

use async_trait::async_trait;
use purser_core::access::{Grant, can};
use purser_core::events::{Event, Topic};
use purser_core::ids::{OrderId, RefundId};
use purser_core::mail::Template;
use purser_core::orders::{OrderSource, OrderState};
use purser_core::payments::{self, CREDIT, RefundState};
use purser_core::time::DAY;
use purser_core::{Money, Result};
use purser_store::orders::{self, Order};
use purser_store::receivables::{self, Receivable};
use purser_store::refunds::{self, Refund};
use purser_store::tenants::Tenant;
use purser_store::users::{self, User};
use purser_store::{Page, Tx, credit, erasure, handling, mails as store, refund_basis};
use uuid::Uuid;

use super::facts::{CreditNote, OrderFacts};
use super::kinds::CustomerMails;
use super::send::{More, write_with};
use crate::bus::{self, Consumer};
use crate::settings::Settings;
use crate::tenants::part;
use crate::{App, documents};

/// What happened longer ago is not written about any more. No mail is forgotten sooner, so what was written about is known for as long.
const LATE: i64 = 7 * DAY;

/// Writes to customers about their orders.
pub struct Customers;

/// What a customer may be told of an event like this.
fn template(event: &Event) -> Option<Template> {
    match (event.topic, event.action.as_str()) {
        // Nothing to pay is paid already.
        (Topic::Order, "captured" | "waived" | "created") => Some(Template::OrderConfirmed),
        (Topic::Order, "fulfilled") => Some(Template::OrderShipped),
        (Topic::Order, "delivered") => Some(Template::OrderDelivered),
        (Topic::Order, "cancelled") => Some(Template::OrderCancelled),
        (Topic::Refund, "refunded") => Some(Template::OrderRefunded),
        _ => None,
    }
}

#[async_trait]
impl Consumer for Customers {
    fn name(&self) -> &'static str {
        "mails"
    }

    fn about(&self) -> &'static str {
        "Writes to customers about their orders."
    }

    fn wants(&self, event: &Event) -> bool {
        template(event).is_some()
    }

    async fn act(&self, tx: &mut Tx, by: &Grant<can::ManageJob>, events: &[Event]) -> Result<()> {
        let tenant = part::find(tx, by).await?;
        let (kinds, since) = (CustomerMails::of(&tenant)?, by.now().plus(-LATE));
        let fresh = events.iter().filter(|event| event.at > since).filter_map(|event| Some((event, template(event)?)));
        let fresh: Vec<(&Event, Template)> = fresh.filter(|(_, template)| kinds.has(*template)).collect();
        let known = Known::read(tx, &fresh).await?;
        for (event, template) in fresh {
            let Some(order) = known.order(event).filter(|order| is_ours(order)) else { continue };
            let refund = known.refunds.get(&event.subject_id);
            let goes_on = kinds.goes_on(template);
            for News { cause, about } in news(tx, (event, template), (&tenant, order, refund)).await? {
                tell(tx, by, (order, template), News { cause, about: OrderFacts { goes_on, ..about } }).await?;
            }
        }
        Ok(())
    }
}

/// Tell every customer who has not been told, now; of how many events. For commands and tests, where nobody else does.
pub async fn tell_customers(app: &App) -> Result<usize> {
    bus::catch_up(app, &Customers).await
}

/// Whether it was sold here.
const fn is_ours(order: &Order) -> bool {
    !matches!(order.source, OrderSource::Import | OrderSource::Demo)
}

/// The orders and refunds of some events.
struct Known {
    orders: HashMap<Uuid, Order>,
    refunds: HashMap<Uuid, Refund>,
}

impl Known {
    async fn read(tx: &mut Tx, events: &[(&Event, Template)]) -> Result<Self> {
        let of = |topic| events.iter().filter(move |(event, _)| event.topic == topic).map(|(event, _)| event.subject_id);
        let ids: Vec<RefundId> = of(Topic::Refund).map(RefundId).collect();
        let back = if ids.is_empty() { Vec::new() } else { refunds::find_many(tx, &ids).await? };
        let mut ids: Vec<OrderId> = of(Topic::Order).map(OrderId).chain(back.iter().map(|refund| refund.order_id)).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = if ids.is_empty() { Vec::new() } else { orders::find_many(tx, &ids).await? };
        Ok(Self {
            orders: found.into_iter().map(|order| (order.id.uuid(), order)).collect(),
            refunds: back.into_iter().map(|refund| (refund.id.uuid(), refund)).collect(),
        })
    }

    fn order(&self, event: &Event) -> Option<&Order> {
        let id = self.refunds.get(&event.subject_id).map_or(event.subject_id, |refund| refund.order_id.uuid());
        self.orders.get(&id)
    }
}

/// Something to tell, and what it is told once for.
struct News {
    cause: String,
    about: OrderFacts,
}

async fn news(tx: &mut Tx, (event, template): (&Event, Template), of: (&Tenant, &Order, Option<&Refund>)) -> Result<Vec<News>> {
    let (tenant, order, refund) = of;
    let id = order.id;
    let one = |cause: String, about: OrderFacts| Ok(vec![News { cause, about }]);
    match template {
        Template::OrderShipped => parcels(tx, event, order).await,
        Template::OrderDelivered => one(format!("delivered:{id}"), facts(order)),
        Template::OrderCancelled => {
            // Of what was sold on account only what came was paid.
            let unpaid: i64 = owed(tx, order).await?.iter().map(|one| one.amount - one.received).sum();
            let about = OrderFacts {
                lines: contents(tx, order, false).await?,
                paid: order.paid > unpaid,
                whole: order.refunded >= order.paid,
                ..facts(order)
            };
            one(format!("cancelled:{id}"), about)
        }
        Template::OrderRefunded => match refund.filter(|refund| refund.state == RefundState::Succeeded) {
            Some(refund) => one(format!("refunded:{}", refund.id), given_back(tx, tenant, (order, refund)).await?),
            None => Ok(Vec::new()),
        },
        _ if is_confirmed(order) && (event.action != "created" || order.total == 0) => one(format!("confirmed:{id}"), confirmation(tx, order).await?),
        _ => Ok(Vec::new()),
    }
}

/// Whether all of it was paid, or there is nothing to pay, and it was not called off.
const fn is_confirmed(order: &Order) -> bool {
    !matches!(order.state, OrderState::Pending | OrderState::Cancelled)
}

fn facts(order: &Order) -> OrderFacts {
    OrderFacts { id: order.id.uuid(), number: order.label(), ..OrderFacts::default() }
}

/// What is in an order.
async fn contents(tx: &mut Tx, order: &Order, priced: bool) -> Result<Vec<(i64, String, Option<Money>)>> {
    let lines = orders::lines(tx, order.id).await?;
    Ok(lines.into_iter().map(|line| (line.quantity, line.name, priced.then(|| order.money(line.total)))).collect())
}

/// Sums there is something of, the last one always.
fn sums(sums: &[(&str, i64)], money: impl Fn(i64) -> Money, total: i64) -> Vec<(String, Money)> {
    let told = sums.iter().filter(|(_, amount)| *amount != 0).map(|(of, amount)| ((*of).to_owned(), money(*amount)));
    told.chain([("total".to_owned(), money(total))]).collect()
}

async fn confirmation(tx: &mut Tx, order: &Order) -> Result<OrderFacts> {
    let with_tax = orders::particulars(tx, order.id).await?.is_some_and(|found| found.extras.with_tax);
    let tax = if with_tax { 0 } else { order.tax };
    let mut sums = sums(&[("discount", -order.discount), ("tax", tax), ("shipping", order.shipping)], |amount| order.money(amount), order.total);
    if with_tax && order.tax != 0 {
        sums.push(("included_tax".to_owned(), order.money(order.tax)));
    }
    let open = owed(tx, order).await?.into_iter().find(|one| one.owed > 0).map(|one| (one.money(one.owed), one.due_at));
    Ok(OrderFacts { lines: contents(tx, order, true).await?, sums, paid: true, owed: open, ..facts(order) })
}

/// What was sold of it on account.
async fn owed(tx: &mut Tx, order: &Order) -> Result<Vec<Receivable>> {
    let filter = receivables::Filter { orders: vec![order.id], ..receivables::Filter::default() };
    Ok(receivables::list(tx, &filter, &Page::default()).await?.rows)
}

/// The parcels that left with this event.
async fn parcels(tx: &mut Tx, event: &Event, order: &Order) -> Result<Vec<News>> {
    let (sent, parts) = handling::fulfilments(tx, order.id).await?;
    let sent: Vec<_> = sent.into_iter().filter(|parcel| parcel.created_at == event.at).collect();
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    let lines = orders::lines(tx, order.id).await?;
    let name = |id| lines.iter().find(|line| line.id == id).map(|line| line.name.clone()).unwrap_or_default();
    let whole = matches!(order.state, OrderState::Shipped | OrderState::Delivered);
    let news = sent.into_iter().map(|parcel| News {
        cause: format!("shipped:{}", parcel.id),
        about: OrderFacts {
            lines: parts.iter().filter(|part| part.of_id == parcel.id.uuid()).map(|part| (part.quantity, name(part.line_id), None)).collect(),
            whole,
            carrier: parcel.carrier,
            tracking: parcel.tracking_number,
            tracking_url: parcel.tracking_url,
            ..facts(order)
        },
    });
    Ok(news.collect())
}

async fn given_back(tx: &mut Tx, tenant: &Tenant, (order, refund): (&Order, &Refund)) -> Result<OrderFacts> {
    let money = |amount| Money::new(amount, refund.currency);
    let pieces = refund_basis::of_refund(tx, refund.id).await?;
    let sums = match refund.split.shares() {
        Some(part) => {
            let each = [("goods", part.gross()), ("discount", -part.discount), ("tax", part.tax), ("shipping", part.shipping)];
            sums(&each, money, refund.amount)
        }
        None => sums(&[], money, refund.amount),
    };
    let credited = credit::of_refund(tx, order.customer_id, refund.id).await? == refund.amount;
    // What else staff wrote is for staff.
    let offered = Settings::try_from(tenant)?.refund_reasons;
    Ok(OrderFacts {
        lines: pieces.into_iter().map(|piece| (piece.quantity, piece.name, None)).collect(),
        sums,
        back: Some(money(refund.amount)),
        credit_note: Some(CreditNote { refund: refund.id.uuid(), name: documents::credit_note_name(order, refund.id) }),
        reason: offered.into_iter().find(|reason| *reason == refund.reason),
        whole: order.refunded >= order.paid,
        paid: true,
        gone_to: if credited { Some(CREDIT) } else { Some(refund.provider.as_str()).filter(|one| payments::is_ours(one)) }.map(str::to_owned),
        ..facts(order)
    })
}

/// Whom an order is written to about; nobody once they were erased.
async fn reader(tx: &mut Tx, order: &Order) -> Result<Option<User>> {
    let found = users::find(tx, order.customer_id).await?;
    Ok(found.filter(|user| !user.email.trim().is_empty() && !erasure::is_erased_address(&user.email)))
}

/// Write it, unless that was done before.
async fn tell(tx: &mut Tx, by: &Grant<can::ManageJob>, (order, template): (&Order, Template), news: News) -> Result<()> {
    let Some(to) = reader(tx, order).await? else { return Ok(()) };
    if store::written(tx, std::slice::from_ref(&news.cause)).await?.is_empty() {
        let more = More { order: Some(news.about), cause: Some(news.cause), ..More::default() };
        write_with(tx, by, (&to, template), more).await?;
    }
    Ok(())
}

/// Write the confirmation of an order once more, because somebody wants it.
pub(crate) async fn confirm(tx: &mut Tx, by: &Grant<can::UpdateOrder>, order: &Order) -> Result<()> {
    if !is_confirmed(order) {
        return Err(purser_core::Error::conflict("not_confirmed", "Only an order that is paid and was not cancelled is confirmed."));
    }
    let Some(to) = reader(tx, order).await? else {
        return Err(purser_core::Error::conflict("no_address", "There is nobody to write to: this customer was erased."));
    };
    let goes_on = CustomerMails::of(&part::find(tx, by).await?)?.goes_on(Template::OrderConfirmed);
    let about = OrderFacts { goes_on, ..confirmation(tx, order).await? };
    write_with(tx, by, (&to, Template::OrderConfirmed), More { order: Some(about), ..More::default() }).await.map(drop)
}
