//! Step-up with a passkey.

use std::sync::Arc;

use purser_core::access::{Grant, can};
use purser_core::identity::{FRESH, Method};
use purser_core::{Error, Result, Timestamp};
use purser_store::challenges::{self, New};
use purser_store::{people, users};
use serde_json::Value;

use super::{Asked, Checked, LIFE, answered, check, of, refused, request};
use crate::App;
use crate::identity::sessions::own;
use crate::identity::{step_up, tokens};

/// What the challenges table calls it.
const PURPOSE: &str = "passkey_proof";
/// What its state is sealed to.
const PLACE: &str = "passkey:proof";

/// Ask one of the caller's passkeys to sign.
pub async fn begin_proof(app: &App, by: &Grant<can::ReadSelf>) -> Result<Asked> {
    let (id, _) = own(by)?;
    let (token, hash) = tokens::refresh_token();
    let expires_at = by.now().plus(LIFE);
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            let mine = of(tx, &user).await?;
            if mine.is_empty() {
                return Err(Error::conflict("no_passkey", "This account has no passkey."));
            }
            let asked = request(app, PLACE, Some(&mine))?;
            let state = Some(asked.state);
            let new = New { id: by.id(), user: id, purpose: PURPOSE, hash, remembered: false, state, at: by.now(), expires_at };
            challenges::insert(tx, new).await?;
            Ok(Asked { token, options: asked.options, expires_at })
        })
        .await
}

/// Prove a second factor with a passkey; until when that counts.
pub async fn prove(app: &App, by: &Grant<can::ReadSelf>, token: &str, credential: &Value) -> Result<Timestamp> {
    let (id, session) = own(by)?;
    let answer = answered(credential)?;
    let hash = tokens::hash(token);
    let passed = app
        .db
        .transact(by, async |tx| {
            let asked = challenges::attempt(tx, &hash, by.now(), 1).await?.filter(|asked| asked.purpose == PURPOSE && asked.user_id == id);
            let Some((challenge, state)) = asked.and_then(|asked| asked.state.map(|state| (asked.id, state))) else {
                return Err(Error::conflict("nothing_to_confirm", "No passkey was asked for. Begin again."));
            };
            people::hold(tx, &[id]).await?;
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            let checked = check(tx, app, &user, (PLACE, &state), &answer).await?;
            challenges::finish(tx, challenge, by.now()).await?;
            if !matches!(checked, Checked::Right) {
                refused(tx, app, (&user, &Arc::new(by.origin().clone())), &checked).await?;
                return Ok(false);
            }
            step_up::proved(tx, by, (&user, session), Method::Passkey).await?;
            Ok::<_, Error>(true)
        })
        .await?;
    if passed {
        return Ok(by.now().plus(FRESH));
    }
    Err(Error::invalid("credential", "wrong", "This passkey is not one of yours, or can not be used any more."))
}
