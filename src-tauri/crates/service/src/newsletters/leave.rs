//! Wanting no more: the link at the end of every newsletter. It says who it is for under a seal nobody else can make, works without signing
//! in and for as long as there is the account, and does nothing until the button behind it is pressed.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{NewsletterId, TenantId, UserId};
use purser_core::newsletters::{ConsentHow, SuppressionReason};
use purser_core::{Error, Result};
use purser_store::newsletters::{self as store, Consent, Suppression};
use purser_store::{Tx, users};
use serde_json::json;
use uuid::Uuid;

use super::letter;
use crate::App;
use crate::audit::{self, Line};
use crate::events;
use crate::mail::catalog;

/// What the seal is for.
const PLACE: &str = "newsletter:unsubscribe";

/// Where this person can say that they want no more.
pub(super) fn address(app: &App, (tenant, user, newsletter): (TenantId, UserId, NewsletterId)) -> Result<String> {
    let who = [tenant.uuid(), user.uuid(), newsletter.uuid()].map(Uuid::into_bytes).concat();
    Ok(format!("{}/unsubscribe/{}", app.mail.base(), app.seal.seal(PLACE, &who)?))
}

fn who(app: &App, token: &str) -> Result<(TenantId, UserId, NewsletterId)> {
    let gone = || Error::NotFound("link");
    let bytes = app.seal.open(PLACE, token).map_err(|_| gone())?;
    let mut ids = bytes.chunks_exact(16).filter_map(|id| Uuid::from_slice(id).ok());
    let mut next = || ids.next().ok_or_else(gone);
    Ok((TenantId(next()?), UserId(next()?), NewsletterId(next()?)))
}

/// What the page behind the link says.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Who sends the newsletters.
    pub business: String,
    /// `en` or `de`.
    pub language: &'static str,
    /// Whether they get none any more.
    pub left: bool,
}

async fn leaving(tx: &mut Tx, (tenant, user): (TenantId, UserId)) -> Result<Leaving> {
    let business = letter::business(tx, tenant).await?;
    let language = users::find(tx, user).await?.and_then(|user| user.language);
    let left = !store::consent(tx, user).await?.is_some_and(|consent| consent.agreed);
    Ok(Leaving { business, language: catalog(language.as_deref()), left })
}

/// What the page says; nothing changes.
pub async fn look(app: &App, token: &str) -> Result<Leaving> {
    let (tenant, user, _) = who(app, token)?;
    app.db.read(tenant, async |tx| leaving(tx, (tenant, user)).await).await
}

/// They want no more. Saying so twice is saying it once.
pub async fn leave(app: &App, token: &str) -> Result<Leaving> {
    let (tenant, id, newsletter) = who(app, token)?;
    let by = Grant::<can::ManageJob>::system(tenant, app.clock.now(), &app.ids);
    app.db
        .transact(&by, async |tx| {
            let Some(user) = users::find(tx, id).await? else { return Err(Error::NotFound("link")) };
            let before = store::consent(tx, id).await?;
            let kept = store::suppressed(tx, &user.email).await?.map(|kept| kept.reason);
            if before.as_ref().is_some_and(|consent| !consent.agreed) && kept == Some(SuppressionReason::Unsubscribed) {
                return leaving(tx, (tenant, id)).await;
            }
            let consent = Consent {
                tenant_id: tenant,
                user_id: id,
                agreed: false,
                how: ConsentHow::Link,
                note: None,
                by_name: user.name(),
                by_id: Some(id.uuid()),
                at: by.now(),
            };
            store::agree(tx, &consent).await?;
            let suppression = Suppression {
                id: by.id(),
                tenant_id: tenant,
                email: user.email.clone(),
                reason: SuppressionReason::Unsubscribed,
                error: None,
                newsletter_id: Some(newsletter.uuid()),
                created_at: by.now(),
            };
            store::suppress(tx, &suppression).await?;
            let line = Line::new("user.newsletters", "user", id.uuid(), user.name()).after(&json!({ "agreed": false, "how": ConsentHow::Link }));
            audit::record(tx, &by, line.before(&json!({ "agreed": before.is_some_and(|consent| consent.agreed) })));
            events::emit(tx, &by, Topic::User, "updated", id.uuid());
            events::emit(tx, &by, Topic::Mail, "newsletter_left", newsletter.uuid());
            leaving(tx, (tenant, id)).await
        })
        .await
}
