//! Connections to payment providers as whoever manages them sees and changes them. Keys go in and never come out. A payment goes on the way it
//! began, so a connection payments went through is switched off rather than removed.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::gateways::GatewayKind;
use purser_core::ids::{ConnectionId, TenantId};
use purser_core::{Error, Patch, Result};
use purser_store::Tx;
use purser_store::gateways::{self as store, Connection};
use serde::Serialize;
use zeroize::Zeroizing;

use super::remote::ProbeStep;
use super::switch::{Secrets, place};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::identity::step_up;
use crate::{App, events};

/// Connections of a tenant.
const MOST: usize = 20;

/// What is said of a connection; on a new one name and key have to be.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What people call it.
    pub name: Patch<String>,
    /// What may be seen of us there: a publishable key, a client id.
    pub account: Patch<String>,
    /// The key.
    pub key: Patch<String>,
    /// What the provider signs its messages with.
    pub signing: Patch<String>,
    /// What it calls the place it tells us at.
    pub webhook_ref: Patch<String>,
    /// Whether it moves money.
    pub live: Patch<bool>,
    /// Whether new payments may go there.
    pub enabled: Patch<bool>,
    /// Whether they do.
    pub leads: Patch<bool>,
}

/// A connection as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
struct Facts<'a> {
    kind: GatewayKind,
    name: &'a str,
    account: Option<&'a str>,
    has_signing: bool,
    webhook_ref: Option<&'a str>,
    live: bool,
    enabled: bool,
    leads: bool,
}

impl<'a> From<&'a Connection> for Facts<'a> {
    fn from(connection: &'a Connection) -> Self {
        Self {
            kind: connection.kind,
            name: &connection.name,
            account: connection.account.as_deref(),
            has_signing: connection.has_signing,
            webhook_ref: connection.webhook_ref.as_deref(),
            live: connection.live,
            enabled: connection.enabled,
            leads: connection.leads,
        }
    }
}

/// Every connection.
pub async fn list(app: &App, by: &Grant<can::ReadSetting>) -> Result<Vec<Connection>> {
    app.db.read(by, async |tx| store::list(tx).await.map_err(Error::from)).await
}

/// One connection.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>, id: ConnectionId) -> Result<Connection> {
    app.db.read(by, async |tx| find(tx, id).await).await
}

async fn find(tx: &mut Tx, id: ConnectionId) -> Result<Connection> {
    store::find(tx, id).await?.ok_or(Error::NotFound("connection"))
}

impl Change {
    /// Write the change on a connection, and complain about what could not work.
    fn apply(self, connection: &mut Connection, secrets: &mut Secrets) -> Result<()> {
        let mut checks = Checks::new();
        checks.extend(self.name.never_clear("name")).extend(self.key.never_clear("secret")).extend(self.live.never_clear("live"));
        checks.extend(self.enabled.never_clear("enabled")).extend(self.leads.never_clear("leads"));
        checks.done()?;
        let trimmed = |text: Patch<String>| match text {
            Patch::Set(text) if text.trim().is_empty() => Patch::Clear,
            Patch::Set(text) => Patch::Set(text.trim().to_owned()),
            other => other,
        };
        if let Patch::Set(name) = self.name {
            name.trim().clone_into(&mut connection.name);
        }
        trimmed(self.account).apply_optional(&mut connection.account);
        if let Patch::Set(key) = self.key {
            key.trim().clone_into(&mut secrets.key);
        }
        trimmed(self.signing).apply_optional(&mut secrets.signing);
        trimmed(self.webhook_ref).apply_optional(&mut connection.webhook_ref);
        self.live.apply(&mut connection.live);
        self.enabled.apply(&mut connection.enabled);
        self.leads.apply(&mut connection.leads);
        connection.has_signing = secrets.signing.is_some();
        check(connection, secrets)
    }
}

fn check(connection: &Connection, secrets: &Secrets) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("name", &connection.name, 60).text("secret", &secrets.key, 500);
    for (field, text) in [("account", &connection.account), ("webhookSecret", &secrets.signing), ("webhookReference", &connection.webhook_ref)] {
        if let Some(text) = text {
            checks.length(field, text, 500);
        }
    }
    let word = |text: &str| text.chars().all(|c| c.is_ascii_graphic());
    checks.that(word(&secrets.key), "secret", "not_a_key", "A key has no blanks.");
    match connection.kind {
        GatewayKind::Stripe => {
            let known = ["sk_", "rk_"].iter().any(|start| secrets.key.starts_with(start));
            checks.that(known, "secret", "not_a_key", "The secret or restricted key of Stripe: it begins with sk_ or rk_.");
            let test = secrets.key.starts_with("sk_test_") || secrets.key.starts_with("rk_test_");
            checks.that(!(connection.live && test), "live", "test_key", "This key is one for tests.");
            let signing = secrets.signing.as_ref().is_none_or(|signing| signing.starts_with("whsec_"));
            checks.that(signing, "webhookSecret", "not_a_secret", "The signing secret of Stripe's endpoint: it begins with whsec_.");
        }
        GatewayKind::Paypal => {
            checks.that(connection.account.is_some(), "account", "required", "PayPal wants the client id as well.");
        }
    }
    let idle = connection.enabled || !connection.leads;
    checks.that(idle, "leads", "switched_off", "New payments can not go where none may.");
    checks.done()
}

fn seal(app: &App, id: ConnectionId, secrets: &Secrets) -> Result<String> {
    let plain = Zeroizing::new(serde_json::to_vec(secrets).map_err(|error| Error::Internal(Box::new(error)))?);
    app.seal.seal(&place(id), &plain)
}

fn open(app: &App, connection: &Connection) -> Result<Secrets> {
    let plain = Zeroizing::new(app.seal.open(&place(connection.id), &connection.secret)?);
    serde_json::from_slice(&plain).map_err(|_| Error::internal("the secrets of a connection can not be read"))
}

fn taken() -> Error {
    Error::Taken("name", "Another connection has this name.".into())
}

/// Add a connection, once for each key. New payments go there once it leads.
pub async fn create(
    app: &App,
    by: &Grant<can::ManageGateway>,
    kind: GatewayKind,
    change: Change,
    once: Option<Once<Connection>>,
) -> Result<Outcome<Connection>> {
    step_up::demand(app, by).await?;
    let mut secrets = Secrets { key: String::new(), signing: None };
    let mut connection = Connection {
        id: by.id(),
        tenant_id: by.tenant(),
        kind,
        name: String::new(),
        account: None,
        secret: String::new(),
        has_signing: false,
        webhook_ref: None,
        live: false,
        enabled: true,
        leads: false,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    change.apply(&mut connection, &mut secrets)?;
    connection.secret = seal(app, connection.id, &secrets)?;
    app.payments.switch.remote(&connection)?;
    idempotency::at_once(app, by, (connection.id.uuid(), once), async |tx| {
        if store::list(tx).await?.len() >= MOST {
            return Err(Error::conflict("too_many", format!("There can be {MOST} connections. Remove one first.")));
        }
        if connection.leads {
            store::none_leads(tx).await?;
        }
        match store::insert(tx, &connection).await {
            Err(error) if error.is_taken() => return Err(taken()),
            other => other?,
        }
        let line = Line::new("gateway.create", "payment_connection", connection.id.uuid(), connection.name.clone());
        audit::record(tx, by, line.after(&Facts::from(&connection)));
        events::emit(tx, by, Topic::Setting, "gateway_created", connection.id.uuid());
        Ok(connection)
    })
    .await
}

/// Change the connection whose `version` the caller has read. Payments under way end the way they began.
pub async fn update(app: &App, by: &Grant<can::ManageGateway>, (id, version): (ConnectionId, i64), change: Change) -> Result<Connection> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let before = find(tx, id).await?;
            if before.version != version {
                return Err(Error::Stale);
            }
            let (mut after, mut secrets) = (before.clone(), open(app, &before)?);
            let renewed = !change.key.is_keep() || !change.signing.is_keep();
            // Where it is switched off it leads no more, unless that is said.
            if change.leads.is_keep() && change.enabled.set() == Some(&false) {
                after.leads = false;
            }
            change.apply(&mut after, &mut secrets)?;
            if renewed {
                after.secret = seal(app, id, &secrets)?;
            }
            after.updated_at = by.now();
            if after.leads && !before.leads {
                store::none_leads(tx).await?;
            }
            match store::update(tx, &after).await {
                Err(error) if error.is_taken() => return Err(taken()),
                Err(error) => return Err(error.into()),
                Ok(false) => return Err(Error::Stale),
                Ok(true) => after.version += 1,
            }
            let (from, mut to) = audit::changes(&Facts::from(&before), &Facts::from(&after));
            if renewed {
                to.insert("secretChanged".into(), true.into());
            }
            audit::record(tx, by, Line::new("gateway.update", "payment_connection", id.uuid(), after.name.clone()).before(&from).after(&to));
            events::emit(tx, by, Topic::Setting, "gateway_updated", id.uuid());
            Ok(after)
        })
        .await
}

/// Remove a connection no payment went through.
pub async fn delete(app: &App, by: &Grant<can::ManageGateway>, id: ConnectionId) -> Result<()> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let connection = find(tx, id).await?;
            if store::payments_of(tx, id).await? > 0 {
                let message = "Payments went this way, and their refunds have to as well. Switch it off instead.";
                return Err(Error::conflict("has_payments", message));
            }
            store::delete(tx, id).await?;
            let line = Line::new("gateway.delete", "payment_connection", id.uuid(), connection.name.clone());
            audit::record(tx, by, line.before(&Facts::from(&connection)));
            events::emit(tx, by, Topic::Setting, "gateway_deleted", id.uuid());
            Ok(())
        })
        .await
}

/// Whether a connection works, step by step. Nothing is bought.
pub async fn test(app: &App, by: &Grant<can::ManageGateway>, id: ConnectionId) -> Result<Vec<ProbeStep>> {
    let connection = app.db.read(by, async |tx| find(tx, id).await).await?;
    let remote = app.payments.switch.remote(&connection)?;
    Ok(remote.probe().await)
}

/// Seal the secrets of a tenant anew with the key that leads now.
pub(crate) async fn reseal(app: &App, tenant: TenantId) -> Result<()> {
    let all = app.db.read(tenant, async |tx| store::list(tx).await.map_err(Error::from)).await?;
    for connection in all.into_iter().filter(|connection| !app.seal.is_current(&connection.secret)) {
        let new = seal(app, connection.id, &open(app, &connection)?)?;
        app.db.transact(tenant, async |tx| store::reseal(tx, connection.id, (connection.secret, new)).await.map_err(Error::from)).await?;
    }
    Ok(())
}
