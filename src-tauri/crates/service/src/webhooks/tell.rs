//! Acting on what happened: one delivery for each endpoint that asked, written once.

use async_trait::async_trait;
use purser_core::access::{Grant, can};
use purser_core::events::Event;
use purser_core::ids::{DeliveryId, TenantId};
use purser_core::time::MINUTE;
use purser_core::webhooks::{self, DeliveryState};
use purser_core::{Error, Result};
use purser_store::Tx;
use purser_store::webhooks::{self as store, Delivery, Endpoint};

use super::Deliver;
use super::shapes::{Known, Message};
use crate::App;
use crate::bus::{self, Consumer};
use crate::jobs::{MOST_AT_ONCE, When, enqueue_all};

/// Work on a delivery that is so late was lost.
const LATE: i64 = 5 * MINUTE;

/// Writes down what other systems are to be told.
pub struct Telling;

#[async_trait]
impl Consumer for Telling {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn about(&self) -> &'static str {
        "Tells other systems, by webhooks."
    }

    fn wants(&self, event: &Event) -> bool {
        webhooks::is_told(event.topic)
    }

    async fn is_on(&self, tx: &mut Tx) -> Result<bool> {
        Ok(store::any(tx).await?)
    }

    async fn act(&self, tx: &mut Tx, by: &Grant<can::ManageJob>, events: &[Event]) -> Result<()> {
        let endpoints: Vec<Endpoint> = store::list(tx).await?.into_iter().filter(|endpoint| endpoint.enabled).collect();
        let deliveries = write(tx, by, &endpoints, events).await?;
        for part in deliveries.chunks(MOST_AT_ONCE) {
            let added = store::add(tx, part).await?;
            let work: Vec<_> = added.into_iter().map(|delivery| (Deliver { delivery }, When::default())).collect();
            enqueue_all(tx, by, &work).await?;
        }
        Ok(())
    }
}

/// Tell everybody who has not been told, now; of how many events. For commands and tests, where nobody else does.
pub async fn tell(app: &App) -> Result<usize> {
    bus::catch_up(app, &Telling).await
}

async fn write<P>(tx: &mut Tx, by: &Grant<P>, endpoints: &[Endpoint], events: &[Event]) -> Result<Vec<Delivery>> {
    let wanted = |endpoint: &Endpoint, event: &Event, name: &str| {
        event.seq > endpoint.since_seq && endpoint.topics.split(' ').any(|pattern| webhooks::fits(pattern, name))
    };
    let name = |event: &Event| format!("{}.{}", event.topic, event.action);
    let told: Vec<Event> = events.iter().filter(|event| endpoints.iter().any(|endpoint| wanted(endpoint, event, &name(event)))).cloned().collect();
    let known = Known::read(tx, &told).await?;
    let mut deliveries = Vec::new();
    for event in &told {
        let name = name(event);
        let message = Message { event: &name, timestamp: event.at, sequence: event.seq, data: known.data(event) };
        let body = serde_json::to_string(&message).map_err(|error| Error::Internal(Box::new(error)))?;
        for endpoint in endpoints.iter().filter(|endpoint| wanted(endpoint, event, &name)) {
            deliveries.push(Delivery {
                id: by.id(),
                tenant_id: by.tenant(),
                endpoint_id: endpoint.id,
                event: name.clone(),
                subject_id: event.subject_id,
                seq: event.seq,
                body: body.clone(),
                state: DeliveryState::Pending,
                attempts: 0,
                last_status: None,
                last_error: None,
                next_at: None,
                created_at: by.now(),
                delivered_at: None,
            });
        }
    }
    Ok(deliveries)
}

/// Put work in anew that was lost.
pub(crate) async fn take_up(app: &App, tenant: TenantId) -> Result<()> {
    let by = Grant::<can::ManageWebhook>::system(tenant, app.clock.now(), &app.ids);
    let before = by.now().plus(-LATE);
    let late = app.db.read(&by, async |tx| store::overdue(tx, before).await.map_err(Error::from)).await?;
    if late.is_empty() {
        return Ok(());
    }
    app.db
        .transact(&by, async |tx| {
            let anew = |delivery: &DeliveryId| {
                let when = When { unique: Some(delivery.to_string()), ..When::default() };
                (Deliver { delivery: *delivery }, when)
            };
            for part in late.chunks(MOST_AT_ONCE) {
                let work: Vec<_> = part.iter().map(anew).collect();
                enqueue_all(tx, &by, &work).await?;
            }
            Ok(())
        })
        .await
}
