//! One gateway in front of all: each payment goes the way it began, whatever leads by now. A payment without a way of its own is the sandbox's.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use moka::sync::Cache;
use purser_core::events::Topic;
use purser_core::gateways::{GatewayKind, Health};
use purser_core::ids::{ConnectionId, PaymentId, TenantId};
use purser_core::{Error, Money, Result};
use purser_store::gateways::{self as store, Connection};
use purser_store::{Db, Scope};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::port::{Answer, Charge, Gateway, Handle, ProviderRefund, RefundAnswer, RefundCall, Standing, Trouble};
use super::remote::{Access, Remote, Remotes};
use crate::seal::Seal;

/// Where connections are remembered at most.
const MOST: u64 = 10_000;

/// The secrets of a connection, as they lie sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Secrets {
    pub(crate) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signing: Option<String>,
}

/// Where the secrets of a connection are sealed for.
pub(crate) fn place(id: ConnectionId) -> String {
    format!("payment_connection:{id}")
}

/// The gateway in front of all.
pub(crate) struct Switch {
    sandbox: Arc<dyn Gateway>,
    remotes: Arc<dyn Remotes>,
    db: Db,
    seal: Arc<Seal>,
    /// Connections of a tenant, as of a version of the settings.
    known: Cache<TenantId, (u64, Arc<Vec<Connection>>)>,
    /// Ways that are open, as of a version of the connection.
    open: Cache<ConnectionId, (i64, Arc<dyn Remote>)>,
}

impl Switch {
    pub(crate) fn new(sandbox: Arc<dyn Gateway>, remotes: Arc<dyn Remotes>, db: Db, seal: Arc<Seal>) -> Self {
        Self { sandbox, remotes, db, seal, known: Cache::new(MOST), open: Cache::new(MOST) }
    }

    /// The sandbox's way.
    pub(super) fn sandbox(&self) -> &dyn Gateway {
        self.sandbox.as_ref()
    }

    /// The connections of a tenant.
    pub(super) async fn connections(&self, tenant: TenantId) -> Result<Arc<Vec<Connection>>> {
        let as_of = self.db.version(Topic::Setting);
        if let Some((version, known)) = self.known.get(&tenant)
            && version == as_of
        {
            return Ok(known);
        }
        let found = Arc::new(self.db.read(tenant, async |tx| store::list(tx).await.map_err(Error::from)).await?);
        self.known.insert(tenant, (as_of, found.clone()));
        Ok(found)
    }

    /// Where new payments of a tenant go; `None`: to the sandbox.
    pub(crate) async fn leading(&self, tenant: TenantId) -> Result<Option<Connection>> {
        Ok(self.connections(tenant).await?.iter().find(|connection| connection.leads && connection.enabled).cloned())
    }

    /// The way a connection leads.
    pub(crate) fn remote(&self, connection: &Connection) -> Result<Arc<dyn Remote>> {
        if let Some((version, remote)) = self.open.get(&connection.id)
            && version == connection.version
        {
            return Ok(remote);
        }
        let plain = Zeroizing::new(self.seal.open(&place(connection.id), &connection.secret)?);
        let secrets: Secrets = serde_json::from_slice(&plain).map_err(|_| Error::internal("the secrets of a connection can not be read"))?;
        let access = Access {
            connection: connection.id,
            tenant: connection.tenant_id,
            kind: connection.kind,
            account: connection.account.clone(),
            key: Zeroizing::new(secrets.key),
            signing: secrets.signing.map(Zeroizing::new),
            webhook_ref: connection.webhook_ref.clone(),
            live: connection.live,
        };
        let remote = self.remotes.open(access).ok_or_else(|| {
            let message = format!("This server knows no way to {}.", connection.kind.words());
            Error::Unavailable("provider_unknown", message.into())
        })?;
        self.open.insert(connection.id, (connection.version, remote.clone()));
        Ok(remote)
    }

    /// The way to a connection of whichever tenant, for a message that came through the door.
    pub(crate) async fn find(&self, id: ConnectionId) -> Result<(Connection, Arc<dyn Remote>)> {
        let found = self.db.read(Scope::System, async |tx| store::find_anywhere(tx, id).await.map_err(Error::from)).await?;
        let connection = found.ok_or(Error::NotFound("connection"))?;
        let remote = self.remote(&connection)?;
        Ok((connection, remote))
    }

    /// How the way a connection leads is, where it was gone.
    pub(crate) fn health(&self, id: ConnectionId) -> Health {
        self.open.get(&id).map_or(Health::Closed, |(_, remote)| remote.health())
    }

    /// Which way a payment goes; `None`: the sandbox's.
    async fn way(&self, handle: Handle) -> Result<Option<Arc<dyn Remote>>> {
        let connections = self.connections(handle.tenant).await?;
        if connections.is_empty() {
            return Ok(None);
        }
        let routed = self.db.read(handle.tenant, async |tx| store::payment(tx, handle.payment).await.map_err(Error::from)).await?;
        let Some(routed) = routed else { return Ok(None) };
        match connections.iter().find(|connection| connection.id == routed.connection_id) {
            Some(connection) => self.remote(connection).map(Some),
            None => Err(Error::internal("a payment goes through a connection that is gone")),
        }
    }

    pub(super) async fn pick(&self, handle: Handle) -> std::result::Result<Picked, Trouble> {
        match self.way(handle).await {
            Ok(Some(remote)) => Ok(Picked::Remote(remote)),
            Ok(None) => Ok(Picked::Sandbox(self.sandbox.clone())),
            Err(error) => Err(lost(&error)),
        }
    }

    async fn ways(&self, tenant: TenantId, refunds: &[RefundCall]) -> Result<HashMap<PaymentId, Arc<dyn Remote>>> {
        let connections = self.connections(tenant).await?;
        if connections.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<PaymentId> = refunds.iter().map(|call| call.payment).collect();
        let routed = self.db.read(tenant, async |tx| store::payments(tx, &ids).await.map_err(Error::from)).await?;
        let mut ways = HashMap::new();
        for payment in routed {
            let connection = connections.iter().find(|connection| connection.id == payment.connection_id);
            let connection = connection.ok_or_else(|| Error::internal("a payment goes through a connection that is gone"))?;
            ways.insert(payment.payment_id, self.remote(connection)?);
        }
        Ok(ways)
    }
}

pub(super) enum Picked {
    Sandbox(Arc<dyn Gateway>),
    Remote(Arc<dyn Remote>),
}

impl Picked {
    pub(super) fn gateway(&self) -> &dyn Gateway {
        match self {
            Self::Sandbox(sandbox) => sandbox.as_ref(),
            Self::Remote(remote) => remote.as_ref(),
        }
    }
}

/// A way that can not be found gives no answer.
pub(super) fn lost(error: &Error) -> Trouble {
    tracing::warn!(%error, "the way of a payment could not be found");
    Trouble::Unknown
}

#[async_trait]
impl Gateway for Switch {
    fn name(&self) -> &'static str {
        self.sandbox.name()
    }

    fn method_label(&self, method: &str) -> Option<&'static str> {
        self.sandbox.method_label(method)
    }

    async fn authorise(&self, charge: &Charge) -> Answer {
        self.pick(charge.handle).await?.gateway().authorise(charge).await
    }

    async fn confirm(&self, handle: Handle, proved: bool) -> Answer {
        self.pick(handle).await?.gateway().confirm(handle, proved).await
    }

    async fn capture(&self, handle: Handle, amount: Money) -> Answer {
        self.pick(handle).await?.gateway().capture(handle, amount).await
    }

    async fn void(&self, handle: Handle) -> Answer {
        self.pick(handle).await?.gateway().void(handle).await
    }

    async fn lookup(&self, handle: Handle) -> std::result::Result<Option<Standing>, Trouble> {
        self.pick(handle).await?.gateway().lookup(handle).await
    }

    async fn abandon(&self, handle: Handle) -> Answer {
        self.pick(handle).await?.gateway().abandon(handle).await
    }

    async fn refunds_of(&self, handle: Handle) -> std::result::Result<Vec<ProviderRefund>, Trouble> {
        self.pick(handle).await?.gateway().refunds_of(handle).await
    }

    /// Of every way, in `ways.rs`.
    fn disputes(&self) -> Option<&dyn crate::disputes::port::Disputes> {
        Some(self)
    }

    fn playground(&self) -> Option<&dyn crate::sandbox::port::Playground> {
        self.sandbox.playground()
    }

    fn balance_report(&self) -> Option<&dyn crate::reconciliation::port::BalanceReport> {
        Some(self)
    }

    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer> {
        let ways = match self.ways(tenant, refunds).await {
            Ok(ways) => ways,
            Err(error) => {
                lost(&error);
                return vec![RefundAnswer::Unknown; refunds.len()];
            }
        };
        if ways.is_empty() {
            return self.sandbox.refund(tenant, refunds).await;
        }
        // What goes the same way goes together; each way at the same time as the others.
        let mut groups: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        for (place, call) in refunds.iter().enumerate() {
            let way = ways.get(&call.payment).map(|remote| Arc::as_ptr(remote).cast::<()>().addr());
            groups.entry(way).or_default().push(place);
        }
        let asked = groups.into_values().map(|places| {
            let calls: Vec<RefundCall> = places.iter().map(|place| refunds[*place]).collect();
            let remote = ways.get(&calls[0].payment).cloned();
            async move {
                let answers = match remote {
                    Some(remote) => remote.refund(tenant, &calls).await,
                    None => self.sandbox.refund(tenant, &calls).await,
                };
                (places, answers)
            }
        });
        let mut answers = vec![RefundAnswer::Unknown; refunds.len()];
        for (places, heard) in futures::future::join_all(asked).await {
            for (place, answer) in places.into_iter().zip(heard) {
                answers[place] = answer;
            }
        }
        answers
    }
}

/// Whether a means of payment can be one of this provider.
pub(crate) fn takes(kind: GatewayKind, method: &str) -> bool {
    let word = (1..=80).contains(&method.len()) && method.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match kind {
        GatewayKind::Stripe => word && (method.starts_with("pm_") || method.starts_with("card_") || method.starts_with("src_")),
        GatewayKind::Paypal => method == "paypal",
    }
}
