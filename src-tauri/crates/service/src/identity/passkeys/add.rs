//! Adding a passkey to one's own account.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::identity::FactorKind;
use purser_core::ids::FactorId;
use purser_core::{Error, Result, Timestamp};
use purser_store::challenges::{self, New};
use purser_store::factors::{self as store, Factor};
use purser_store::users::User;
use purser_store::{Tx, sessions, users};
use serde_json::Value;
use webauthn_rs::prelude::{CredentialID, PasskeyRegistration, RegisterPublicKeyCredential};

use super::{LIFE, broken, malformed, needed};
use crate::App;
use crate::identity::factors::{self, MOST};
use crate::identity::sessions::own;
use crate::identity::{step_up, tokens};

/// What the challenges table calls it.
const PURPOSE: &str = "passkey_new";
/// What its state is sealed to.
const PLACE: &str = "passkey:new";

/// Something a device is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// To be shown with the answer.
    pub token: String,
    /// What the page hands to the browser.
    pub options: Value,
    /// When it can no longer be answered.
    pub expires_at: Timestamp,
}

/// A passkey that was added.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The factor.
    pub factor: FactorId,
    /// Backup codes, made with the first factor and never shown again.
    pub codes: Option<Vec<String>>,
}

/// Begin to add a passkey. Whoever has a factor proves it first.
pub async fn begin(app: &App, by: &Grant<can::ReadSelf>) -> Result<Asked> {
    let (id, _) = own(by)?;
    step_up::check_self(by)?;
    let party = needed(app)?;
    let (token, hash) = tokens::refresh_token();
    let expires_at = by.now().plus(LIFE);
    let options = app
        .db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            let known = store::list(tx, id).await?;
            room(&known)?;
            let known: Vec<CredentialID> = known.into_iter().filter_map(|factor| factor.credential).collect();
            let (asked, state) = party.webauthn.start_passkey_registration(id.uuid(), &user.email, &user.name(), Some(known)).map_err(broken)?;
            let state = app.seal.seal(PLACE, &serde_json::to_vec(&state).map_err(broken)?)?;
            let new = New { id: by.id(), user: id, purpose: PURPOSE, hash, remembered: false, state: Some(state), at: by.now(), expires_at };
            challenges::insert(tx, new).await?;
            let mut options = serde_json::to_value(asked).map_err(broken)?;
            // Found without a name where the device has room for that; one without is still a second factor.
            options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
            Ok::<_, Error>(options)
        })
        .await?;
    Ok(Asked { token, options, expires_at })
}

fn room(known: &[Factor]) -> Result<()> {
    if known.len() >= MOST {
        return Err(Error::conflict("too_many_factors", format!("At most {MOST} factors. Take one away first.")));
    }
    Ok(())
}

/// Take the key of a device in. It counts from now on, and whoever was in without it is out.
pub async fn confirm(app: &App, by: &Grant<can::ReadSelf>, (token, name): (&str, &str), credential: &Value) -> Result<Registered> {
    let (id, session) = own(by)?;
    let name = name.trim().to_owned();
    Checks::new().text("name", &name, 60).done()?;
    let answer: RegisterPublicKeyCredential = serde_json::from_value(credential.clone()).map_err(|_| malformed())?;
    let hash = tokens::hash(token);
    let party = needed(app)?;
    let outcome = app
        .db
        .transact(by, async |tx| {
            let asked = challenges::attempt(tx, &hash, by.now(), 1).await?.filter(|asked| asked.purpose == PURPOSE && asked.user_id == id);
            let Some((challenge, sealed)) = asked.and_then(|asked| asked.state.clone().map(|state| (asked.id, state))) else {
                return Err(Error::conflict("nothing_to_confirm", "No passkey waits to be added. Begin again."));
            };
            challenges::set_state(tx, challenge, None).await?;
            let state: PasskeyRegistration = serde_json::from_slice(&app.seal.open(PLACE, &sealed)?).map_err(broken)?;
            let Ok(passkey) = party.webauthn.finish_passkey_registration(&answer, &state) else { return Ok(None) };
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            room(&store::list(tx, id).await?)?;
            let new: FactorId = by.id();
            let factor = Factor {
                id: new,
                tenant_id: by.tenant(),
                user_id: id,
                kind: FactorKind::Passkey,
                name,
                secret: app.seal.seal(&factors::place(new), &serde_json::to_vec(&passkey).map_err(broken)?)?,
                credential: Some(passkey.cred_id().clone()),
                last_step: None,
                created_at: by.now(),
                confirmed_at: Some(by.now()),
                last_used_at: None,
            };
            keep(tx, &factor).await?;
            let codes = first_codes(tx, app, &user).await?;
            sessions::prove(tx, session, by.now()).await?;
            sessions::end_all(tx, id, Some(session), by.now(), "factor_added").await?;
            factors::added(tx, by, &user, (FactorKind::Passkey, &factor.name)).await?;
            Ok(Some(Registered { factor: new, codes }))
        })
        .await?;
    outcome
        .ok_or_else(|| Error::invalid("credential", "not_taken", "This passkey could not be taken: it is for another address, or was not for this."))
}

async fn keep(tx: &mut Tx, factor: &Factor) -> Result<()> {
    store::insert(tx, factor).await.map_err(|error| {
        if error.is_taken() { Error::conflict("known_passkey", "This passkey belongs to an account already.") } else { error.into() }
    })
}

async fn first_codes(tx: &mut Tx, app: &App, user: &User) -> Result<Option<Vec<String>>> {
    if store::codes(tx, user.id).await?.remaining > 0 {
        return Ok(None);
    }
    factors::new_codes(tx, app, user.id).await.map(Some)
}
