//! Failures from one address on many accounts, and on one account from many addresses.

use std::sync::Arc;

use purser_core::Error;
use purser_core::access::Origin;
use purser_service::identity::sign_in::{self, Credentials, Outcome};
use purser_testkit::{TestApp, both};

use super::factors::{OWNER, PASSWORD};

async fn attempt(app: &TestApp, email: &str, password: &str, ip: &str) -> Result<Outcome, Error> {
    let credentials = Credentials { email: email.into(), password: password.into(), remember: false, captcha: None, business: None };
    let origin = Origin { ip: Some(ip.into()), ..Origin::default() };
    sign_in::sign_in(&app.app, credentials, Arc::new(origin)).await
}

both! {
    async fn one_address_that_fails_on_many_accounts_is_refused(app) {
        app.tenant().await;
        for account in 0..50 {
            let refused = attempt(&app, &format!("somebody{account}@harbour.example"), "no", "203.0.113.7").await;
            assert!(matches!(refused, Err(Error::Unauthenticated("bad_credentials", _))), "{account}: {refused:?}");
        }
        assert!(matches!(attempt(&app, OWNER, PASSWORD, "203.0.113.7").await, Err(Error::RateLimited { .. })));
        assert!(attempt(&app, OWNER, PASSWORD, "203.0.113.8").await.is_ok());
        app.advance(15 * 60_000_000);
        assert!(attempt(&app, OWNER, PASSWORD, "203.0.113.7").await.is_ok());
    }

    async fn one_account_tried_from_everywhere_is_locked_but_not_for_its_owner(app) {
        app.tenant().await;
        assert!(attempt(&app, OWNER, PASSWORD, "198.51.100.1").await.is_ok());
        for address in 0..30 {
            let refused = attempt(&app, OWNER, "no", &format!("203.0.113.{address}")).await;
            assert!(matches!(refused, Err(Error::Unauthenticated(..))), "{address}: {refused:?}");
        }
        assert!(matches!(attempt(&app, OWNER, PASSWORD, "192.0.2.1").await, Err(Error::RateLimited { .. })));
        // From where the account is usually signed in to it stays open.
        assert!(attempt(&app, OWNER, PASSWORD, "198.51.100.1").await.is_ok());
    }
}
