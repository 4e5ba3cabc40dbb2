//! The ways to providers tenants connect: each connection keeps its own breakers, however often its way is opened anew.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use purser_core::gateways::GatewayKind;
use purser_core::ids::ConnectionId;
use purser_core::time::Clock;
use purser_service::payments::remote::{Access, Remote, Remotes};
use purser_store::Db;

use crate::breaker::Breakers;
use crate::paypal::{self, LIVE, PLAY};
use crate::stripe::{self, FILES, Place, STRIPE};

/// Every way there is.
pub struct Ways {
    stripe: Place,
    /// Where PayPal is, if it is a stand-in.
    paypal: Option<String>,
    breakers: Mutex<HashMap<ConnectionId, Breakers>>,
}

impl Ways {
    /// To the real providers; `home` is where customers come back to from their bank.
    pub fn new(db: Db, clock: Clock, home: Option<String>) -> Self {
        Self { stripe: Place { base: STRIPE.into(), files: FILES.into(), home, db, clock }, paypal: None, breakers: Mutex::default() }
    }

    /// The same with Stripe elsewhere, for tests.
    #[must_use]
    pub fn with_stripe_at(mut self, base: &str) -> Self {
        base.trim_end_matches('/').clone_into(&mut self.stripe.base);
        self.stripe.files.clone_from(&self.stripe.base);
        self
    }
}

impl Ways {
    /// The same with PayPal elsewhere, for tests.
    #[must_use]
    pub fn with_paypal_at(self, base: &str) -> Self {
        Self { paypal: Some(base.to_owned()), ..self }
    }

    fn paypal(&self, access: Access, breakers: Breakers) -> Option<Arc<dyn Remote>> {
        let Place { home, db, clock, .. } = self.stripe.clone();
        let base = self.paypal.as_deref().unwrap_or(if access.live { LIVE } else { PLAY });
        paypal::open(paypal::Place { base, home: home.as_deref(), db, clock }, access, breakers)
    }
}

impl Remotes for Ways {
    fn open(&self, access: Access) -> Option<Arc<dyn Remote>> {
        let breakers =
            self.breakers.lock().entry(access.connection).or_insert_with(|| Breakers::new(access.kind.as_str(), &self.stripe.clock)).clone();
        match access.kind {
            GatewayKind::Stripe => stripe::open(&self.stripe, access, breakers),
            GatewayKind::Paypal => self.paypal(access, breakers),
        }
    }
}
