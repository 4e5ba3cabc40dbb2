//! PostgreSQL: a pool, a tenant named at the start of each transaction (row-level security reads it), and the notices of other processes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use purser_core::Timestamp;
use purser_core::events::Event;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions, PgSslMode};

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
    Ok(guarded(options).application_name("purser").disable_statement_logging())
}

/// Beyond this machine the line is encrypted and the server proves who it is: the driver's own default would fall back to plain text without a
/// word. Whoever wants less has to say so: `sslmode=require` leaves the proof out, `sslmode=disable` both.
fn guarded(options: PgConnectOptions) -> PgConnectOptions {
    let host = options.get_host();
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match options.get_ssl_mode() {
        _ if here => options,
        PgSslMode::Allow | PgSslMode::Prefer => options.ssl_mode(PgSslMode::VerifyFull),
        PgSslMode::Disable | PgSslMode::Require => {
            tracing::warn!(host, "the database is on another machine and the settings ask for less than a verified line");
            options
        }
        PgSslMode::VerifyCa | PgSslMode::VerifyFull => options,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_elsewhere_is_reached_over_a_verified_line() {
        let mode = |url: &str| options(url).unwrap().get_ssl_mode();
        for far in ["postgres://u:p@db.example/x", "postgres://u@10.0.0.1:5432/x?sslmode=prefer", "postgres://u@[2001:db8::1]/x?sslmode=allow"] {
            assert!(matches!(mode(far), PgSslMode::VerifyFull), "{far}");
        }
        for (url, wanted) in [
            ("postgres://u@db.example/x?sslmode=disable", "Disable"),
            ("postgres://u@db.example/x?sslmode=require", "Require"),
            ("postgres://u@db.example/x?sslmode=verify-ca", "VerifyCa"),
            ("postgres://u@127.0.0.1/x", "Prefer"),
            ("postgres://u@localhost/x", "Prefer"),
            ("postgres://u@[::1]/x", "Prefer"),
        ] {
            assert_eq!(format!("{:?}", mode(url)), wanted, "{url}");
        }
    }
}
