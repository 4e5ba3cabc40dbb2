//! What is open today in the made-up business: refunds that wait for a second pair of eyes, disputed payments, and what another system was told.
//!
//! Money moves through the use cases, as if people had done it; only what was told lies there from before.

use std::sync::Arc;

use purser_core::access::{Actor, Caller, Grant, Right, Role, can};
use purser_core::approvals::{ApprovalKind, RuleEffect};
use purser_core::ids::{DeliveryId, DisputeId, EndpointId, SessionId, TenantId};
use purser_core::payments::{PaymentState, RefundKind};
use purser_core::time::MINUTE;
use purser_core::webhooks::DeliveryState;
use purser_core::{Error, Result};
use purser_service::App;
use purser_service::approvals::{self, NewRule};
use purser_service::disputes::port::{Play, Texts};
use purser_service::disputes::{self, Evidence};
use purser_service::payments::{What, Wish, refund_order};
use purser_store::payments::{self as payment_store, Payment};
use purser_store::people::{self, Person};
use purser_store::webhooks::{self as told, Attempt, Delivery, Ended, Endpoint};
use purser_store::{Page, Tx};
use uuid::Uuid;

use super::owed;

/// Payments that are disputed, and why.
const DISPUTED: [&str; 6] = ["fraudulent", "product_not_received", "product_unacceptable", "duplicate", "credit_not_processed", "fraudulent"];

/// Refunds somebody else has to look at, and why.
const ASKED: [&str; 6] = [
    "The parcel came a week late; the customer was patient",
    "The lantern arrived with a scratch, the customer keeps it",
    "A regular customer, and our mistake on the phone",
    "Wrong colour sent; sending it back costs more than it is worth",
    "Promised by mail last week",
    "The discount was not taken off at the checkout",
];

/// Put what is open today on top of the past of `tenant`; a second helping of the past leaves it as it is.
/// Whether orders are entered as well is for whoever counts them.
pub(super) async fn fill(app: &App, tenant: TenantId, sells: bool) -> Result<()> {
    let reads = Grant::<can::ReadPayment>::system(tenant, app.clock.now(), &app.ids);
    if !approvals::rules(app, &reads).await?.is_empty() {
        return Ok(());
    }
    let filter = payment_store::Filter { states: vec![PaymentState::Captured], ..payment_store::Filter::default() };
    let page = Page { limit: 40, ..Page::default() };
    let newest = app.db.read(tenant, async |tx| payment_store::list(tx, &filter, &page).await.map_err(Error::from)).await?;
    let mut paid = newest.rows;
    paid.retain(|payment| payment.refunded == 0 && payment.refund_pending == 0 && payment.captured == payment.amount && payment.amount > 100);
    tell(app, tenant, &paid).await?;
    // The oldest of them: the newest stay as they are.
    let mut paid = paid.into_iter().rev();
    dispute(app, tenant, &mut paid).await?;
    ask(app, tenant, &mut paid).await?;
    owed::fill(app, tenant, (&mut paid, sells)).await
}

/// Somebody of this role.
async fn member(app: &App, tenant: TenantId, role: Role) -> Result<Option<Person>> {
    let filter = people::Filter { roles: vec![role.key()], ..people::Filter::default() };
    let found = app.db.read(tenant, async |tx| people::list(tx, &filter, &Page::default(), true).await.map_err(Error::from)).await?;
    Ok(found.rows.into_iter().next())
}

/// What they may do.
fn grant<P: Right>(app: &App, tenant: TenantId, (person, role): (&Person, Role)) -> Result<Grant<P>> {
    let actor = Actor {
        caller: Caller::User(person.id, SessionId(Uuid::nil())),
        name: format!("{} {}", person.first_name, person.last_name),
        role: role.key(),
        held: role.held(),
        ..Actor::system(tenant)
    };
    Grant::of(Arc::new(actor), Arc::default(), app.clock.now(), &app.ids)
}

/// Banks dispute payments; some are answered, one is given in to, one lost.
async fn dispute(app: &App, tenant: TenantId, paid: &mut impl Iterator<Item = Payment>) -> Result<()> {
    let by = Grant::<can::AnswerDispute>::system(tenant, app.clock.now(), &app.ids);
    let Some(bank) = app.payments.gateway().disputes() else { return Ok(()) };
    for ((place, reason), payment) in DISPUTED.into_iter().enumerate().zip(paid) {
        let Ok(news) = bank.play(tenant, Play::Open(payment.id, None, reason.to_owned())).await else { continue };
        let id = disputes::record(app, tenant, &news).await?;
        match place {
            0 => drop(disputes::accept(app, &by, id, "The amount is not worth the work".into(), None).await?),
            1 => drop(disputes::decide(app, &by, id, false).await?),
            2 => {
                stage(app, &by, id).await?;
                disputes::submit(app, &by, id, None).await?;
            }
            3 => stage(app, &by, id).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn stage(app: &App, by: &Grant<can::AnswerDispute>, id: DisputeId) -> Result<()> {
    let texts = Texts {
        product_description: Some("Lanterns of brass, as pictured in our shop.".into()),
        shipping_documentation: Some("Handed over at the door and signed for; the carrier's note is with the order.".into()),
        ..Texts::default()
    };
    let version = app.db.read(by, async |tx| purser_store::disputes::find(tx, id).await?.ok_or(Error::NotFound("dispute"))).await?.version;
    disputes::stage(app, by, id, version, Evidence { texts, files: Vec::new() }).await.map(drop)
}

/// Support grants refunds as a kindness; finance has looked at two of them.
async fn ask(app: &App, tenant: TenantId, paid: &mut impl Iterator<Item = Payment>) -> Result<()> {
    let manages = Grant::<can::ManageApproval>::system(tenant, app.clock.now(), &app.ids);
    let rule = NewRule {
        name: "Kindness of support is looked at by somebody else".into(),
        kind: ApprovalKind::Refund,
        effect: RuleEffect::Approve,
        min_amount: None,
        per_day: None,
        roles: vec![Role::Support.key()],
        refund_kind: Some(RefundKind::Goodwill),
        expires_hours: 72,
        active: true,
    };
    approvals::add_rule(app, &manages, rule).await?;
    let (Some(support), Some(finance)) = (member(app, tenant, Role::Support).await?, member(app, tenant, Role::Finance).await?) else {
        return Ok(());
    };
    let asks = grant::<can::GrantRefund>(app, tenant, (&support, Role::Support))?;
    for (reason, payment) in ASKED.into_iter().zip(paid) {
        let what = What::Amount(purser_core::Money::new(payment.amount / 4, payment.currency));
        let wish = Wish { what, payments: vec![payment.id], kind: RefundKind::Goodwill, to_credit: false };
        refund_order(app, &asks, payment.order_id, (wish, reason.to_owned()), None).await?;
    }
    let waiting = app.db.read(tenant, async |tx| {
        let filter = purser_store::approvals::Filter::default();
        purser_store::approvals::list(tx, &filter, &Page { limit: 2, ..Page::default() }).await.map_err(Error::from)
    });
    let decides = grant::<can::DecideApproval>(app, tenant, (&finance, Role::Finance))?;
    for (place, approval) in waiting.await?.rows.into_iter().enumerate() {
        if place == 0 {
            approvals::approve(app, &decides, approval.id, None, None).await?;
        } else {
            approvals::reject(app, &decides, approval.id, "We refunded this customer only last month", None).await?.plain()?;
        }
    }
    Ok(())
}

/// A place that was told of payments until somebody switched it off.
async fn tell(app: &App, tenant: TenantId, paid: &[Payment]) -> Result<()> {
    let now = app.clock.now();
    let id: EndpointId = app.ids.next(now);
    let secret = format!("whsec_{}", hex::encode(rand::random::<[u8; 32]>()));
    let plain = serde_json::json!({ "current": secret }).to_string();
    let since = paid.last().map_or(now, |payment| payment.created_at);
    let endpoint = Endpoint {
        id,
        tenant_id: tenant,
        url: "https://warehouse.example/hooks/purser".into(),
        description: "The warehouse: packs what is paid".into(),
        topics: "order.* payment.captured".into(),
        enabled: false,
        secret: app.seal.seal(&format!("webhook:{id}"), plain.as_bytes())?,
        secret_prefix: secret.chars().take(12).collect(),
        old_secret_ends_at: None,
        since_seq: 0,
        failing_since_at: None,
        disabled_at: Some(now),
        disabled_reason: Some("An example: nobody listens there.".into()),
        version: 1,
        created_at: since,
        updated_at: now,
    };
    app.db
        .transact(tenant, async |tx| {
            told::insert(tx, &endpoint).await?;
            for (place, payment) in paid.iter().take(16).enumerate() {
                deliver(app, tx, (id, payment), place % 5 == 3).await?;
            }
            Ok(())
        })
        .await
}

/// One delivery and its tries: three that failed, or one that did not.
async fn deliver(app: &App, tx: &mut Tx, (endpoint, payment): (EndpointId, &Payment), failed: bool) -> Result<()> {
    let at = payment.captured_at.unwrap_or(payment.created_at);
    let id: DeliveryId = app.ids.next(at);
    let data = serde_json::json!({ "id": payment.id, "orderId": payment.order_id, "state": "captured" });
    let delivery = Delivery {
        id,
        tenant_id: tx.tenant(),
        endpoint_id: endpoint,
        event: "payment.captured".into(),
        subject_id: payment.id.uuid(),
        seq: 0,
        body: serde_json::json!({ "type": "payment.captured", "timestamp": at, "sequence": 0, "data": data }).to_string(),
        state: DeliveryState::Pending,
        attempts: 0,
        last_status: None,
        last_error: None,
        next_at: None,
        created_at: at,
        delivered_at: None,
    };
    told::add(tx, std::slice::from_ref(&delivery)).await?;
    let tries = if failed { 3 } else { 1 };
    for n in 0..tries {
        let at = at.plus(n * n * MINUTE);
        let (status, error) = if failed { (503, Some("It answered 503.".to_owned())) } else { (200, None) };
        let state = match (failed, n + 1 == tries) {
            (_, false) => DeliveryState::Pending,
            (true, true) => DeliveryState::Failed,
            (false, true) => DeliveryState::Delivered,
        };
        let excerpt = Some(if failed { "Service Unavailable" } else { "ok" }.to_owned());
        let attempt = Attempt {
            id: app.ids.next::<Uuid>(at),
            delivery_id: id,
            at,
            status: Some(status),
            duration_ms: 38 + n * 11,
            error: error.clone(),
            excerpt,
        };
        told::note(tx, &attempt).await?;
        told::end(tx, id, &Ended { state, status: Some(status), error, next_at: None, at }).await?;
    }
    Ok(())
}
