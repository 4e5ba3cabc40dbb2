//! Trust in the made-up business: stored credit customers have, orders that were sold on account, and what came of those. All of it goes through
//! the use cases; only the days to pay by are moved nearer.

use purser_core::access::{Grant, can};
use purser_core::ids::{OrderId, TenantId};
use purser_core::orders::OrderSource;
use purser_core::payments::{ACCOUNT, CREDIT, RefundKind};
use purser_core::time::DAY;
use purser_core::{Error, Money, Result};
use purser_service::App;
use purser_service::orders::{Draft, Item, create};
use purser_service::payments::{Pay, What, Wish, pay, refund_order};
use purser_service::{credit, receivables};
use purser_store::orders::{self, Order};
use purser_store::payments::Payment;
use purser_store::products::{self, Product};
use purser_store::{Page, receivables as store};

use super::Plan;

/// Kindnesses, in minor units, and why.
const GIVEN: [(i64, &str); 5] = [
    (1_500, "The parcel was a week late"),
    (2_500, "Won the summer raffle"),
    (1_000, "Told us of a mistake in the shop"),
    (4_000, "A regular customer for ten years"),
    (500, "The box arrived dented"),
];

/// Orders that were sold on account: how many days are left to pay, and how much of it came, in hundredths.
const SOLD: [(i64, i64); 5] = [(30, 0), (12, 40), (0, 0), (0, 25), (5, 100)];

/// Orders that are entered for it: one paid in part with credit, and those.
const ENTERED: i64 = 6;
/// A business of fewer orders has none of that.
const FEW: i64 = 200;

/// Put it on top of the past; `paid` are payments nothing else was made up about.
pub(super) async fn fill(app: &App, tenant: TenantId, (paid, sells): (&mut impl Iterator<Item = Payment>, bool)) -> Result<()> {
    let gives = Grant::<can::GrantRefund>::system(tenant, app.clock.now(), &app.ids);
    for (payment, (amount, reason)) in paid.by_ref().zip(GIVEN) {
        let ask = credit::Ask { amount: Money::new(amount, payment.currency), take_back: false, reason: reason.into() };
        credit::change(app, &gives, payment.customer_id, ask, None).await?.plain()?;
    }
    for payment in paid.by_ref().take(2) {
        let wish =
            Wish { what: What::Amount(payment.money(payment.amount / 3)), payments: vec![payment.id], kind: RefundKind::Standard, to_credit: true };
        refund_order(app, &gives, payment.order_id, (wish, "The customer would rather choose something else".into()), None).await?;
    }
    let products = if sells { products(app, tenant).await? } else { Vec::new() };
    let mut goods = products.iter().zip([1, 2, 1, 3, 1, 2]);
    if let Some((payment, item)) = paid.zip(goods.by_ref()).next() {
        let order = again(app, tenant, (&payment, item)).await?;
        let ask =
            credit::Ask { amount: Money::new((order.total / 2).max(1), order.currency), take_back: false, reason: "From the old gift cards".into() };
        credit::change(app, &gives, order.customer_id, ask, None).await?.plain()?;
        with(app, tenant, order.id, CREDIT).await?;
    }
    for ((payment, item), (days, hundredths)) in paid.zip(goods).zip(SOLD) {
        let order = again(app, tenant, (&payment, item)).await?;
        sell(app, tenant, &order, (days, hundredths)).await?;
    }
    Ok(())
}

/// How many orders are entered on trust, of those that are asked for: none where there are few, or goods of a first helping.
pub(super) const fn orders(plan: Plan, first: bool) -> i64 {
    if first && plan.orders >= FEW { ENTERED } else { 0 }
}

/// Things there are enough of.
async fn products(app: &App, tenant: TenantId) -> Result<Vec<Product>> {
    let filter = products::Filter { active: Some(true), in_stock: Some(true), ..products::Filter::default() };
    let page = Page { limit: 100, ..Page::default() };
    let found = app.db.read(tenant, async |tx| products::list(tx, &filter, &page).await.map_err(Error::from)).await?;
    Ok(found.rows.into_iter().filter(|product| product.shelf.variant_count == 0 && product.shelf.shown_stock >= 20).collect())
}

/// Whoever made `payment` orders once more, by telephone.
async fn again(app: &App, tenant: TenantId, (payment, (product, quantity)): (&Payment, (&Product, i64))) -> Result<Order> {
    let by = Grant::<can::CreateOrder>::system(tenant, app.clock.now(), &app.ids);
    let found = app.db.read(tenant, async |tx| orders::particulars(tx, payment.order_id).await?.ok_or(Error::NotFound("order"))).await?;
    let draft = Draft {
        customer: payment.customer_id,
        items: vec![Item { product: product.id, quantity }],
        address: found.address,
        notes: None,
        coupons: Vec::new(),
        method: None,
        reserve_minutes: None,
        source: OrderSource::Staff,
    };
    Ok(create(app, &by, draft, None).await?.plain()?.order)
}

async fn with(app: &App, tenant: TenantId, order: OrderId, method: &str) -> Result<()> {
    let by = Grant::<can::CapturePayment>::system(tenant, app.clock.now(), &app.ids);
    let how = Pay { method: method.into(), capture: true, by_customer: false, whole: false };
    pay(app, &by.scoped()?, order, how, None).await.map(drop)
}

async fn sell(app: &App, tenant: TenantId, order: &Order, (days, hundredths): (i64, i64)) -> Result<()> {
    with(app, tenant, order.id, ACCOUNT).await?;
    let now = app.clock.now();
    let by = Grant::<can::CapturePayment>::system(tenant, now, &app.ids);
    let filter = store::Filter { orders: vec![order.id], ..store::Filter::default() };
    let owed = app.db.read(tenant, async |tx| store::list(tx, &filter, &Page::default()).await.map_err(Error::from)).await?;
    let Some(owed) = owed.rows.into_iter().next() else { return Ok(()) };
    app.db.transact(tenant, async |tx| store::put_off(tx, owed.id, now.plus(days * DAY), now).await.map_err(Error::from)).await?;
    let came = owed.amount * hundredths / 100;
    if came > 0 {
        let ask = receivables::Ask { amount: Some(owed.money(came)), reason: format!("Transfer for order {}", order.label()) };
        receivables::receive(app, &by, owed.id, ask, None).await?.plain()?;
    }
    Ok(())
}
