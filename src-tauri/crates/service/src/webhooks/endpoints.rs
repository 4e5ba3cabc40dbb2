//! Endpoints as whoever manages them sees and changes them. A secret is shown once, when it is made.

use std::collections::HashMap;

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::EndpointId;
use purser_core::time::HOUR;
use purser_core::{Error, Patch, Result, webhooks};
use purser_store::webhooks::{self as store, Endpoint};
use purser_store::{Tx, events as notices};
use serde::Serialize;

use super::{MARK, Secrets, new_secret, open, seal};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::identity::step_up;
use crate::{App, events};

/// Endpoints of a tenant.
const MOST: usize = 20;

/// What an endpoint may ask for at most.
const MOST_TOPICS: usize = 50;

/// What is said of an endpoint; on a new one the address has to be.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Where.
    pub url: Patch<String>,
    /// What it is for.
    pub description: Patch<String>,
    /// What it asks for; emptied: everything.
    pub topics: Patch<Vec<String>>,
    /// Whether it is told.
    pub enabled: Patch<bool>,
}

/// An endpoint, and how much it has not been told yet.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Deliveries that wait.
    pub waiting: i64,
}

/// An endpoint with a secret that was just made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The endpoint.
    pub shown: Shown,
    /// The secret; it is not shown again, not to a repeat of the request either.
    pub secret: Option<String>,
}

/// An endpoint as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    url: &'a str,
    description: &'a str,
    topics: Vec<&'a str>,
    enabled: bool,
}

impl<'a> From<&'a Endpoint> for Facts<'a> {
    fn from(endpoint: &'a Endpoint) -> Self {
        Self { url: &endpoint.url, description: &endpoint.description, topics: endpoint.topics.split(' ').collect(), enabled: endpoint.enabled }
    }
}

/// Every endpoint.
pub async fn list(app: &App, by: &Grant<can::ReadWebhook>) -> Result<Vec<Shown>> {
    app.db
        .read(by, async |tx| {
            let waiting: HashMap<EndpointId, i64> = store::waiting(tx).await?.into_iter().map(|row| (row.endpoint_id, row.n)).collect();
            let all = store::list(tx).await?;
            Ok(all.into_iter().map(|endpoint| Shown { waiting: waiting.get(&endpoint.id).copied().unwrap_or(0), endpoint }).collect())
        })
        .await
}

/// One endpoint.
pub async fn read(app: &App, by: &Grant<can::ReadWebhook>, id: EndpointId) -> Result<Shown> {
    app.db.read(by, async |tx| shown(tx, id).await).await
}

async fn shown(tx: &mut Tx, id: EndpointId) -> Result<Shown> {
    let endpoint = store::find(tx, id).await?.ok_or(Error::NotFound("endpoint"))?;
    let waiting = store::waiting(tx).await?.into_iter().find(|row| row.endpoint_id == id).map_or(0, |row| row.n);
    Ok(Shown { endpoint, waiting })
}

impl Change {
    /// Write the change on an endpoint, and complain about what could not work.
    fn apply(self, app: &App, endpoint: &mut Endpoint) -> Result<()> {
        let mut checks = Checks::new();
        checks.extend(self.url.never_clear("url")).extend(self.enabled.never_clear("enabled"));
        if let Patch::Set(url) = &self.url {
            checks.text("url", url, 500);
            if let Err(why) = app.web.delivers_to(url.trim()) {
                checks.that(false, "url", "not_gone_to", why.to_string());
            }
        }
        if let Patch::Set(text) = &self.description {
            checks.length("description", text, 200);
        }
        if let Patch::Set(topics) = &self.topics {
            let few = (1..=MOST_TOPICS).contains(&topics.len());
            checks.that(few, "topics", "out_of_range", format!("From 1 to {MOST_TOPICS}; leave it out for everything."));
            for (place, topic) in topics.iter().enumerate().take(MOST_TOPICS) {
                let message = "One of the kinds of events, such as payment.captured; order.* for all of an area, * for everything.";
                checks.that(webhooks::is_pattern(topic), &format!("topics[{place}]"), "unknown_event", message);
            }
        }
        checks.done()?;
        if let Patch::Set(url) = self.url {
            url.trim().clone_into(&mut endpoint.url);
        }
        match self.description {
            Patch::Keep => {}
            Patch::Clear => endpoint.description.clear(),
            Patch::Set(text) => text.trim().clone_into(&mut endpoint.description),
        }
        match self.topics {
            Patch::Keep => {}
            Patch::Clear => "*".clone_into(&mut endpoint.topics),
            Patch::Set(mut topics) => {
                topics.sort_unstable();
                topics.dedup();
                endpoint.topics = topics.join(" ");
            }
        }
        self.enabled.apply(&mut endpoint.enabled);
        Ok(())
    }
}

/// Add an endpoint, once for each key. It hears of what happens from now on.
pub async fn create(app: &App, by: &Grant<can::ManageWebhook>, change: Change, once: Option<Once<Made>>) -> Result<Outcome<Made>> {
    step_up::demand(app, by).await?;
    if change.url.is_keep() {
        return Err(Error::invalid("url", "required", "This is needed."));
    }
    let (id, secret): (EndpointId, String) = (by.id(), new_secret());
    let mut endpoint = Endpoint {
        id,
        tenant_id: by.tenant(),
        url: String::new(),
        description: String::new(),
        topics: "*".into(),
        enabled: true,
        secret: seal(app, id, &Secrets { current: secret.clone(), previous: None })?,
        secret_prefix: prefix(&secret),
        old_secret_ends_at: None,
        since_seq: 0,
        failing_since_at: None,
        disabled_at: None,
        disabled_reason: None,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    change.apply(app, &mut endpoint)?;
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        if store::list(tx).await?.len() >= MOST {
            return Err(Error::conflict("too_many", format!("There can be {MOST} endpoints. Remove one first.")));
        }
        endpoint.since_seq = notices::last(tx).await?;
        store::insert(tx, &endpoint).await?;
        audit::record(tx, by, Line::new("webhook.create", "webhook", id.uuid(), endpoint.url.clone()).after(&Facts::from(&endpoint)));
        events::emit(tx, by, Topic::Setting, "webhook_created", id.uuid());
        Ok(Made { shown: Shown { endpoint, waiting: 0 }, secret: Some(secret) })
    })
    .await
}

/// So much of a secret tells it from others, and helps nobody to guess it.
fn prefix(secret: &str) -> String {
    secret.chars().take(MARK.len() + 4).collect()
}

/// Change the endpoint whose `version` the caller has read. One that is switched on again hears of what happens from then on.
pub async fn update(app: &App, by: &Grant<can::ManageWebhook>, (id, version): (EndpointId, i64), change: Change) -> Result<Shown> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let before = store::find(tx, id).await?.ok_or(Error::NotFound("endpoint"))?;
            if before.version != version {
                return Err(Error::Stale);
            }
            let mut after = before.clone();
            change.apply(app, &mut after)?;
            after.updated_at = by.now();
            if after.enabled && !before.enabled {
                after.since_seq = notices::last(tx).await?;
                (after.failing_since_at, after.disabled_at, after.disabled_reason) = (None, None, None);
            } else if before.enabled && !after.enabled {
                (after.disabled_at, after.disabled_reason) = (Some(by.now()), Some("Switched off by hand.".into()));
                store::give_up(tx, id, "The endpoint was switched off.").await?;
            }
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            let (from, to) = audit::changes(&Facts::from(&before), &Facts::from(&after));
            audit::record(tx, by, Line::new("webhook.update", "webhook", id.uuid(), after.url.clone()).before(&from).after(&to));
            events::emit(tx, by, Topic::Setting, "webhook_updated", id.uuid());
            shown(tx, id).await
        })
        .await
}

/// Make the secret anew; messages are signed with the old one as well for `overlap_hours` more.
pub async fn rotate(app: &App, by: &Grant<can::ManageWebhook>, id: EndpointId, overlap_hours: i64) -> Result<Made> {
    step_up::demand(app, by).await?;
    Checks::new().that((0..=168).contains(&overlap_hours), "overlapHours", "out_of_range", "From 0 to 168 hours.").done()?;
    app.db
        .transact(by, async |tx| {
            let before = store::find(tx, id).await?.ok_or(Error::NotFound("endpoint"))?;
            let (old, secret) = (open(app, &before)?, new_secret());
            let previous = (overlap_hours > 0).then_some(old.current);
            let after = Endpoint {
                secret: seal(app, id, &Secrets { current: secret.clone(), previous })?,
                secret_prefix: prefix(&secret),
                old_secret_ends_at: (overlap_hours > 0).then(|| by.now().plus(overlap_hours * HOUR)),
                updated_at: by.now(),
                ..before
            };
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            let facts = serde_json::json!({ "secretPrefix": after.secret_prefix, "oldSecretEndsAt": after.old_secret_ends_at });
            audit::record(tx, by, Line::new("webhook.rotate", "webhook", id.uuid(), after.url.clone()).after(&facts));
            events::emit(tx, by, Topic::Setting, "webhook_updated", id.uuid());
            Ok(Made { shown: shown(tx, id).await?, secret: Some(secret) })
        })
        .await
}

/// Remove an endpoint and the log of what it was told.
pub async fn delete(app: &App, by: &Grant<can::ManageWebhook>, id: EndpointId) -> Result<()> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let endpoint = store::find(tx, id).await?.ok_or(Error::NotFound("endpoint"))?;
            store::delete(tx, id).await?;
            audit::record(tx, by, Line::new("webhook.delete", "webhook", id.uuid(), endpoint.url.clone()).before(&Facts::from(&endpoint)));
            events::emit(tx, by, Topic::Setting, "webhook_deleted", id.uuid());
            Ok(())
        })
        .await
}
