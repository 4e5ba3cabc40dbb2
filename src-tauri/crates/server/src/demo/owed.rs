//! Trust in the made-up business: stored credit customers have, orders that were sold on account, and what came of those. All of it goes through
//! the use cases; only the days to pay by are moved nearer.

use purser_core::access::{Grant, can};
use purser_core::ids::{OrderId, TenantId};
use purser_core::orders::{MoneyState, OrderState};
use purser_core::payments::{ACCOUNT, CREDIT, RefundKind};
use purser_core::time::DAY;
use purser_core::{Error, Money, Result};
use purser_service::App;
use purser_service::payments::{Pay, What, Wish, pay, refund_order};
use purser_service::{credit, receivables};
use purser_store::orders::{self, Order};
use purser_store::payments::Payment;
use purser_store::{Page, receivables as store};

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

/// Put it on top of the past; `paid` are payments nothing else was made up about.
pub(super) async fn fill(app: &App, tenant: TenantId, paid: &mut impl Iterator<Item = Payment>) -> Result<()> {
    let gives = Grant::<can::GrantRefund>::system(tenant, app.clock.now(), &app.ids);
    for (payment, (amount, reason)) in paid.by_ref().zip(GIVEN) {
        let ask = credit::Ask { amount: Money::new(amount, payment.currency), take_back: false, reason: reason.into() };
        credit::change(app, &gives, payment.customer_id, ask, None).await?.plain()?;
    }
    for payment in paid.by_ref().take(2) {
        let wish = Wish { what: What::Amount(payment.money(payment.amount / 3)), payments: vec![payment.id], kind: RefundKind::Standard, to_credit: true };
        refund_order(app, &gives, payment.order_id, (wish, "The customer would rather choose something else".into()), None).await?;
    }
    let mut open = open(app, tenant).await?.into_iter();
    if let Some(order) = open.next() {
        let ask = credit::Ask { amount: Money::new((order.total / 2).max(1), order.currency), take_back: false, reason: "From the old gift cards".into() };
        credit::change(app, &gives, order.customer_id, ask, None).await?.plain()?;
        with(app, tenant, order.id, CREDIT).await?;
    }
    for (order, (days, hundredths)) in open.zip(SOLD) {
        sell(app, tenant, &order, (days, hundredths)).await?;
    }
    Ok(())
}

/// Orders nobody pays at the moment: nobody tried, or their card was declined.
async fn open(app: &App, tenant: TenantId) -> Result<Vec<Order>> {
    let states = (vec![OrderState::Pending], vec![MoneyState::Unpaid, MoneyState::Failed]);
    let filter = orders::Filter { states: states.0, payment_states: states.1, ..orders::Filter::default() };
    let page = Page { limit: 40, ..Page::default() };
    let found = app.db.read(tenant, async |tx| orders::list(tx, &filter, &page).await.map_err(Error::from)).await?;
    Ok(found.rows.into_iter().filter(|order| order.paid == 0 && order.total > 100).collect())
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
