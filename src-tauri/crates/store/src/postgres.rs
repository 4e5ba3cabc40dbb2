//! PostgreSQL: a pool, a tenant named at the start of each transaction (row-level security reads it), and the notices of other processes.

use std::sync::Arc;
use std::time::Duration;

use purser_core::Timestamp;
use purser_core::events::Event;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};

use crate::db::{Scope, Shared};
use crate::tx::{Conn, Tx};
use crate::{Error, Result};

/// The channel on which every process tells the others what it committed.
pub(crate) const CHANNEL: &str = "purser_events";

pub(crate) struct PostgresDb {
    pool: PgPool,
    shared: Arc<Shared>,
    listener: tokio::task::JoinHandle<()>,
}

/// How every connection is opened.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(bad_url());
    }
    let options: PgConnectOptions = url.parse().map_err(|_| bad_url())?;
    Ok(options.application_name("purser").disable_statement_logging())
}

fn bad_url() -> Error {
    let message = "The database address has to look like postgres://user:password@host:5432/name.";
    purser_core::Error::invalid("database", "bad_url", message).into()
}

impl PostgresDb {
    pub(crate) async fn open(url: &str, shared: Arc<Shared>) -> Result<Self> {
        let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10)).connect_with(options(url)?).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        let listener = tokio::spawn(listen(listener, shared.clone()));
        Ok(Self { pool, shared, listener })
    }

    pub(crate) async fn begin(&self, scope: Scope) -> Result<Tx> {
        let mut tx = self.pool.begin().await?;
        let tenant = match scope {
            Scope::Tenant(tenant) => tenant.to_string(),
            Scope::System => "*".to_owned(),
        };
        sqlx::query("SELECT set_config('purser.tenant', $1, true)").bind(tenant).execute(&mut *tx).await?;
        Ok(Tx::new(Conn::Postgres(tx), scope, self.shared.clone()))
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    pub(crate) async fn close(&self) {
        self.listener.abort();
        self.pool.close().await;
    }
}

impl Drop for PostgresDb {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// A committed change as it travels between processes.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Wire {
    seq: i64,
    tenant: purser_core::ids::TenantId,
    topic: purser_core::events::Topic,
    action: String,
    subject: uuid::Uuid,
    actor: Option<purser_core::ids::UserId>,
    at: i64,
}

impl From<&Event> for Wire {
    fn from(event: &Event) -> Self {
        Self {
            seq: event.seq,
            tenant: event.tenant,
            topic: event.topic,
            action: event.action.clone(),
            subject: event.subject_id,
            actor: event.actor_id,
            at: event.at.micros(),
        }
    }
}

impl From<Wire> for Event {
    fn from(wire: Wire) -> Self {
        Self {
            seq: wire.seq,
            tenant: wire.tenant,
            topic: wire.topic,
            action: wire.action,
            subject_id: wire.subject,
            actor_id: wire.actor,
            at: Timestamp::from_micros(wire.at),
        }
    }
}

async fn listen(mut listener: PgListener, shared: Arc<Shared>) {
    loop {
        match listener.recv().await {
            Ok(notice) => match serde_json::from_str::<Vec<Wire>>(notice.payload()) {
                Ok(events) => shared.publish(events.into_iter().map(Into::into).collect()),
                Err(error) => tracing::warn!(%error, "a notice of another process could not be read"),
            },
            Err(error) => {
                tracing::warn!(%error, "the notices of the database stopped; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}
