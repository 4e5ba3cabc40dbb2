//! Sending: one try of one delivery, what it leaves behind, and when an endpoint is told no more.

use std::time::{Duration, Instant};

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{DeliveryId, EndpointId};
use purser_core::jobs::{Priority, Wait};
use purser_core::mail::Template;
use purser_core::time::{DAY, HOUR, MINUTE, SECOND};
use purser_core::webhooks::{DeliveryState, PING};
use purser_core::{Error, Result};
use purser_store::webhooks::{self as store, Attempt, Delivery, Ended, Endpoint};
use purser_store::{Tx, people, users};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::shapes::Message;
use super::{open, sign};
use crate::audit::{self, Line};
use crate::jobs::{Failure, Plan, Turn, When, Work, enqueue};
use crate::mail::{self, Draft};
use crate::providers::Parcel;
use crate::{App, events};

/// Tried for so long; an endpoint that takes nothing for so long is told no more.
const LONGEST: i64 = 3 * DAY;

/// Somebody who has taken a delivery up has so long.
const AT_IT: i64 = 2 * MINUTE;

/// Waits between tries: quickly at first, half a day at last, three days in all.
const WAITS: &[i64] = &[5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR];

/// A try and what it left.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The delivery after it.
    pub delivery: Delivery,
    /// The try.
    pub attempt: Attempt,
}

/// Send a delivery.
#[derive(Serialize, Deserialize)]
pub(crate) struct Deliver {
    pub(crate) delivery: DeliveryId,
}

impl Work for Deliver {
    const KIND: &'static str = "webhook.deliver";
    const QUEUE: &'static str = "webhooks";
    const EDITABLE: bool = true;
    const PLAN: Plan = Plan { tries: 12, wait: Wait::Ladder(WAITS), longest: Duration::from_mins(1) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::ManageWebhook>::system(turn.tenant, app.clock.now(), &app.ids);
        let taken = app.db.transact(&by, async |tx| take(tx, &by, self.delivery).await).await?;
        let Some((delivery, endpoint)) = taken else { return Ok(()) };
        let attempt = try_once(&app, &by, &endpoint, &delivery).await?;
        let over = turn.last || by.now().since(delivery.created_at) >= LONGEST;
        let wait = WAITS.get(usize::try_from(turn.attempt - 1).unwrap_or(0)).copied().unwrap_or(HOUR);
        let next_at = (!over).then(|| by.now().plus(wait));
        app.db.transact(&by, async |tx| write_down(tx, &by, (&delivery, &endpoint), (&attempt, next_at)).await).await?;
        match attempt.error {
            None => Ok(()),
            Some(why) if over => Err(Failure::Never(why)),
            Some(why) => Err(Failure::Later(why)),
        }
    }
}

/// Take a delivery up; `None` if there is nothing to do: it is over, nobody is to be told, or something about the same thing has to arrive
/// before it (whose end puts this in again).
async fn take<P>(tx: &mut Tx, by: &Grant<P>, id: DeliveryId) -> Result<Option<(Delivery, Endpoint)>> {
    let Some(delivery) = store::find_delivery(tx, id).await? else { return Ok(None) };
    let Some(endpoint) = store::find(tx, delivery.endpoint_id).await?.filter(|endpoint| endpoint.enabled) else { return Ok(None) };
    match delivery.state {
        DeliveryState::Delivered => return Ok(None),
        // Somebody tries again what had been given up.
        DeliveryState::Failed => drop(store::again(tx, id).await?),
        DeliveryState::Pending => {}
    }
    if store::earlier_open(tx, &delivery).await?.is_some() {
        return Ok(None);
    }
    if store::claim(tx, id, (by.now(), by.now().plus(AT_IT))).await? {
        return Ok(Some((delivery, endpoint)));
    }
    // Or was, and its process is gone: then it is free after a while.
    Err(Error::Unavailable("delivery_under_way", "Somebody is sending this at the moment.".into()))
}

/// The message over the wire, once.
async fn try_once<P>(app: &App, by: &Grant<P>, endpoint: &Endpoint, delivery: &Delivery) -> Result<Attempt> {
    let (id, now) = (format!("msg_{}", delivery.id.uuid().simple()), app.clock.now());
    let signature = sign(&open(app, endpoint)?, endpoint, (&id, now, &delivery.body))?;
    let headers = vec![("webhook-id", id), ("webhook-timestamp", now.seconds().to_string()), ("webhook-signature", signature)];
    let begun = Instant::now();
    let answer = app.web.deliver(Parcel { url: endpoint.url.clone(), headers, body: delivery.body.clone() }).await;
    let duration_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (status, excerpt, error) = match answer {
        Ok(receipt) => {
            let status = i64::from(receipt.status);
            let error = (!(200..300).contains(&status)).then(|| format!("It answered {status}."));
            (Some(status), Some(receipt.excerpt), error)
        }
        Err(refusal) => (None, None, Some(refusal.to_string())),
    };
    Ok(Attempt { id: by.id(), delivery_id: delivery.id, at: now, status, duration_ms, error, excerpt })
}

/// Write a try down, and what follows from it.
async fn write_down<P>(
    tx: &mut Tx,
    by: &Grant<P>,
    (delivery, endpoint): (&Delivery, &Endpoint),
    (attempt, next_at): (&Attempt, Option<purser_core::Timestamp>),
) -> Result<()> {
    store::note(tx, attempt).await?;
    let state = match (&attempt.error, next_at) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Some(_)) => DeliveryState::Pending,
        (Some(_), None) => DeliveryState::Failed,
    };
    let next_at = next_at.filter(|_| state == DeliveryState::Pending);
    let ended = Ended { state, status: attempt.status, error: attempt.error.clone(), next_at, at: by.now() };
    store::end(tx, delivery.id, &ended).await?;
    if state == DeliveryState::Delivered {
        if endpoint.failing_since_at.is_some() {
            store::failing(tx, endpoint.id, None).await?;
        }
    } else {
        let since = endpoint.failing_since_at.unwrap_or_else(|| by.now());
        if endpoint.failing_since_at.is_none() {
            store::failing(tx, endpoint.id, Some(since)).await?;
        }
        let why = match attempt.status {
            Some(410) => Some("It answered 410: it wants to hear no more."),
            _ if by.now().since(since) >= LONGEST => Some("Nothing arrived there for three days."),
            _ => None,
        };
        if let Some(why) = why {
            return switch_off(tx, by, endpoint.id, why).await;
        }
    }
    if state != DeliveryState::Pending
        && let Some(next) = store::next_open(tx, delivery).await?
    {
        enqueue(tx, by, &Deliver { delivery: next }, When::default()).await?;
    }
    Ok(())
}

/// Tell an endpoint no more, and the owners that it is so.
async fn switch_off<P>(tx: &mut Tx, by: &Grant<P>, id: EndpointId, why: &'static str) -> Result<()> {
    let Some(mut endpoint) = store::find(tx, id).await?.filter(|endpoint| endpoint.enabled) else { return Ok(()) };
    (endpoint.enabled, endpoint.disabled_at, endpoint.disabled_reason) = (false, Some(by.now()), Some(why.to_owned()));
    endpoint.updated_at = by.now();
    if !store::update(tx, &endpoint).await? {
        return Err(Error::Stale);
    }
    store::give_up(tx, id, "The endpoint was switched off.").await?;
    let line = Line::new("webhook.switch_off", "webhook", id.uuid(), endpoint.url.clone());
    audit::record(tx, by, line.after(&json!({ "enabled": false })).reason(why));
    events::emit(tx, by, Topic::Setting, "webhook_switched_off", id.uuid());
    for owner in people::owners_alone(tx).await? {
        if let Some(owner) = users::find(tx, owner).await? {
            mail::write(tx, by, Draft { to: &owner, template: Template::WebhookOff, link: None }).await?;
        }
    }
    Ok(())
}

/// Send a message that means nothing, at once and once, and say what came of it.
pub async fn test(app: &App, by: &Grant<can::ManageWebhook>, id: EndpointId) -> Result<Sent> {
    let (delivery, endpoint) = app
        .db
        .transact(by, async |tx| {
            let endpoint = store::find(tx, id).await?.ok_or(Error::NotFound("endpoint"))?;
            let data = json!({ "object": "endpoint", "id": id });
            let message = Message { event: PING, timestamp: by.now(), sequence: 0, data };
            let delivery = Delivery {
                id: by.id(),
                tenant_id: by.tenant(),
                endpoint_id: id,
                event: PING.into(),
                subject_id: id.uuid(),
                seq: 0,
                body: serde_json::to_string(&message).map_err(|error| Error::Internal(Box::new(error)))?,
                state: DeliveryState::Failed,
                attempts: 0,
                last_status: None,
                last_error: None,
                next_at: None,
                created_at: by.now(),
                delivered_at: None,
            };
            store::add(tx, std::slice::from_ref(&delivery)).await?;
            audit::record(tx, by, Line::new("webhook.test", "webhook", id.uuid(), endpoint.url.clone()));
            Ok::<_, Error>((delivery, endpoint))
        })
        .await?;
    let attempt = try_once(app, by, &endpoint, &delivery).await?;
    let delivery = app
        .db
        .transact(by, async |tx| {
            store::note(tx, &attempt).await?;
            let state = if attempt.error.is_none() { DeliveryState::Delivered } else { DeliveryState::Failed };
            let ended = Ended { state, status: attempt.status, error: attempt.error.clone(), next_at: None, at: by.now() };
            store::end(tx, delivery.id, &ended).await?;
            store::find_delivery(tx, delivery.id).await?.ok_or(Error::NotFound("delivery"))
        })
        .await?;
    Ok(Sent { delivery, attempt })
}

/// Send once more what arrived or was given up: the same bytes under the same id.
pub async fn resend(app: &App, by: &Grant<can::ManageWebhook>, id: DeliveryId) -> Result<Delivery> {
    app.db
        .transact(by, async |tx| {
            let delivery = store::find_delivery(tx, id).await?.ok_or(Error::NotFound("delivery"))?;
            let endpoint = store::find(tx, delivery.endpoint_id).await?.ok_or(Error::NotFound("endpoint"))?;
            if !endpoint.enabled {
                return Err(Error::conflict("switched_off", "The endpoint is switched off. Switch it on first."));
            }
            if !store::again(tx, id).await? {
                return Err(Error::conflict("already_queued", "This is on its way already."));
            }
            let when = When { priority: Some(Priority::High), ..When::default() };
            enqueue(tx, by, &Deliver { delivery: id }, when).await?;
            audit::record(tx, by, Line::new("webhook.resend", "webhook", delivery.endpoint_id.uuid(), delivery.event.clone()));
            store::find_delivery(tx, id).await?.ok_or(Error::NotFound("delivery"))
        })
        .await
}
