//! Passkeys: a device keeps a key for this address alone and signs with it after it has made sure of its owner.
//!
//! What a device is asked lies sealed in the database under the hash of a token, works for five minutes and once. The signature counter is
//! compared with what is stored while the person's row is held: a copy of a device that signs shows, and is refused.

mod add;
mod enter;
mod prove;

pub use add::{Asked, Registered, begin, confirm};
pub use enter::{Arrival, answer, begin_answer, begin_sign_in, sign_in};
pub use prove::{begin_proof, prove};

use purser_core::access::Origin;
use purser_core::events::Topic;
use purser_core::identity::FactorKind;
use purser_core::time::MINUTE;
use purser_core::{Error, Result};
use purser_store::Tx;
use purser_store::factors::{self as store, Factor};
use purser_store::users::User;
use serde_json::{Value, json};
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PublicKeyCredential, RequestChallengeResponse, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::{attempts, factors, sign_in as entry};
use crate::audit::{self, Line};
use crate::{App, events};

/// How long a device may take to sign.
pub(crate) const LIFE: i64 = 5 * MINUTE;

/// The one address passkeys of this installation are for.
pub(crate) struct Party {
    webauthn: Webauthn,
    /// The address pages are opened at, as a browser says it: `https://console.example`.
    pub(crate) origin: String,
}

/// The address passkeys are for: where the console is reached. An address of numbers has none, but for this machine, whose name is
/// `localhost`.
pub(crate) fn party(app: &App) -> Option<Party> {
    let mut base = Url::parse(&app.mail.base()).ok()?;
    let loopback = match base.host()? {
        url::Host::Ipv4(ip) => ip.is_loopback(),
        url::Host::Ipv6(ip) => ip.is_loopback(),
        url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
    };
    if loopback && !matches!(base.host(), Some(url::Host::Domain(_))) {
        base.set_host(Some("localhost")).ok()?;
    }
    // Browsers keep passkeys to pages nobody can have changed on the way.
    if base.scheme() != "https" && !loopback {
        return None;
    }
    let name = base.domain()?.to_owned();
    base.set_path("");
    let webauthn = WebauthnBuilder::new(&name, &base).ok()?.rp_name("Purser").build().ok()?;
    Some(Party { webauthn, origin: base.origin().ascii_serialization() })
}

/// The address a page has to be opened at for passkeys to work; `None` where they do not work at all.
pub fn origin(app: &App) -> Option<String> {
    party(app).map(|party| party.origin)
}

fn needed(app: &App) -> Result<Party> {
    let message = "Passkeys need an address with a name and TLS (or localhost). Set the public address of this installation.";
    party(app).ok_or_else(|| Error::conflict("no_passkeys_here", message))
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Internal(Box::new(error))
}

/// What is asked of a device: what the page hands it, and what checks its answer.
pub(crate) struct Request {
    pub(crate) options: Value,
    pub(crate) state: String,
}

/// Ask any passkey of this address to sign; with `only` one of these.
pub(crate) fn request(app: &App, place: &str, only: Option<&[Factor]>) -> Result<Request> {
    let (asked, state): (RequestChallengeResponse, DiscoverableAuthentication) =
        needed(app)?.webauthn.start_discoverable_authentication().map_err(broken)?;
    let mut options = serde_json::to_value(asked).map_err(broken)?;
    if let Some(factors) = only {
        let ids: Vec<Value> = factors.iter().filter_map(|factor| factor.credential.as_deref()).map(descriptor).collect();
        options["publicKey"]["allowCredentials"] = ids.into();
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
    }
    let state = app.seal.seal(place, &serde_json::to_vec(&state).map_err(broken)?)?;
    Ok(Request { options, state })
}

fn descriptor(id: &[u8]) -> Value {
    use base64::Engine;
    json!({ "type": "public-key", "id": base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id) })
}

/// What a device answered, as the page hands it over.
pub(crate) fn answered(credential: &Value) -> Result<PublicKeyCredential> {
    serde_json::from_value(credential.clone()).map_err(|_| malformed())
}

fn malformed() -> Error {
    Error::invalid("credential", "malformed", "This is not what a passkey answers.")
}

/// What came of an answer.
pub(crate) enum Checked {
    /// It is this passkey, and its owner was made sure of.
    Right,
    /// It is not.
    Wrong,
    /// The account may not sign in.
    Barred,
    /// The signature is right, but another device has signed with the same key since.
    Copied(Factor),
}

/// The confirmed passkeys of a person.
pub(crate) async fn of(tx: &mut Tx, user: &User) -> Result<Vec<Factor>> {
    let all = store::list(tx, user.id).await?;
    Ok(all.into_iter().filter(|factor| factor.kind == FactorKind::Passkey && factor.confirmed_at.is_some()).collect())
}

/// Check an answer of a person whose row is held, and note the use.
pub(crate) async fn check(tx: &mut Tx, app: &App, user: &User, asked: (&str, &str), answer: &PublicKeyCredential) -> Result<Checked> {
    let (place, sealed) = asked;
    let Some(party) = party(app) else { return Ok(Checked::Wrong) };
    let state: DiscoverableAuthentication = serde_json::from_slice(&app.seal.open(place, sealed)?).map_err(broken)?;
    let mine = of(tx, user).await?;
    let Some(factor) = mine.into_iter().find(|factor| factor.credential.as_deref() == Some(answer.get_credential_id())) else {
        return Ok(Checked::Wrong);
    };
    // Devices that say whose key it is have to say the same.
    if answer.get_user_unique_id().is_some_and(|id| id != user.id.uuid().as_bytes()) {
        return Ok(Checked::Wrong);
    }
    let mut passkey: Passkey = serde_json::from_slice(&app.seal.open(&factors::place(factor.id), &factor.secret)?).map_err(broken)?;
    match party.webauthn.finish_discoverable_authentication_v2(answer, state, DiscoverableKey::from(&passkey)) {
        Ok(result) if result.user_verified() => {
            passkey.update_credential(&result);
            let secret = app.seal.seal(&factors::place(factor.id), &serde_json::to_vec(&passkey).map_err(broken)?)?;
            store::used(tx, factor.id, app.clock.now(), secret).await?;
            Ok(Checked::Right)
        }
        Err(WebauthnError::CredentialPossibleCompromise) => Ok(Checked::Copied(factor)),
        Ok(_) | Err(_) => Ok(Checked::Wrong),
    }
}

/// Write a refused answer down; a copied key in the log as well, and for every open page.
pub(crate) async fn refused(tx: &mut Tx, app: &App, (user, origin): (&User, &std::sync::Arc<Origin>), checked: &Checked) -> Result<()> {
    let reason = match checked {
        Checked::Copied(_) => "copied_passkey",
        Checked::Barred => "not_active",
        Checked::Right | Checked::Wrong => "wrong_passkey",
    };
    let attempt = attempts::refused(attempts::of(app, user, origin, "passkey"), reason);
    purser_store::sign_ins::insert(tx, attempt).await?;
    if let Checked::Copied(factor) = checked {
        let by = entry::as_themselves(app, user, origin)?;
        let line = Line::new("factor.copied", "user", user.id.uuid(), user.name()).after(&json!({ "passkey": factor.name }));
        audit::record(tx, &by, line);
        events::emit(tx, &by, Topic::User, "passkey_copied", user.id.uuid());
    }
    Ok(())
}
