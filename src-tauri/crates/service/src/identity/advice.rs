//! Advice on a password while it is typed. Nothing of it is kept or logged.

use purser_core::access::Origin;
use purser_core::error::Checks;
use purser_core::{Error, Result};
use purser_store::tenants;

use super::passwords::{self, Advice, Policy};
use super::{links, recover};
use crate::App;
use crate::limits::{self, Limit};

/// So many looks from one address of the network: somebody who types, not somebody who tries a list.
const LOOKS: Limit = Limit { calls: 120, span_s: 60 };

/// How good a password is. A link tells whose it is and which policy counts; otherwise the usual one does, with the words given.
pub async fn advise(app: &App, (password, words): (String, Vec<String>), token: Option<&str>, origin: &Origin) -> Result<Advice> {
    let mut checks = Checks::new();
    checks.that(words.len() <= 10, "words", "too_many", "At most 10 words.");
    checks.length("password", &password, 1_024);
    checks.length("token", token.unwrap_or_default(), links::LONGEST);
    for (place, word) in words.iter().enumerate() {
        checks.length(&format!("words[{place}]"), word, 254);
    }
    checks.done()?;
    limits::take(&*app.counters, &recover::counter("advice", origin), LOOKS, app.clock.now()).await?;
    let mut about = words;
    let mut policy = Policy::default();
    if let Some(token) = token
        && let Some((link, user)) = links::known(app, token, None).await?
        && link.works(app.clock.now())
    {
        let tenant = app.db.read(link.tenant_id, async |tx| tenants::find(tx, link.tenant_id).await.map_err(Error::from)).await?;
        if let Some(tenant) = tenant {
            policy = Policy::of(&tenant);
            about.push(tenant.name);
        }
        about.extend([user.email, user.first_name, user.last_name]);
    }
    let breached = app.passwords.breached.clone();
    let look = move || {
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        passwords::advise(&policy, &breached, &password, &about)
    };
    tokio::task::spawn_blocking(look).await.map_err(|error| Error::Internal(Box::new(error)))
}
