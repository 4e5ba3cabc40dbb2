//! Taking back what somebody may have done who signed in as another person: keys, factors, identities elsewhere and another address since then.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::people::Purpose;
use purser_core::time::MINUTE;
use purser_core::{Error, Result, Timestamp};
use purser_store::links::{self, Link};
use purser_store::users::User;
use purser_store::{Tx, factors, identities, keys, people};
use serde_json::json;

use crate::audit::{self, Line};
use crate::events;

/// An identity may have been linked on the way in, some steps before the sign-in it led to.
const ON_THE_WAY: i64 = 20 * MINUTE;

/// Revoke keys, take factors and identities away and put the address back, as far as they came after the sign-in the link told of.
pub(super) async fn since(tx: &mut Tx, by: &Grant<can::ReadSelf>, user: &User, link: &Link) -> Result<()> {
    let (keys, factors) = (keys_of(tx, by, user, link.created_at).await?, factors_of(tx, by, user, link.created_at).await?);
    let identities = identities_of(tx, by, user, link.created_at.plus(-ON_THE_WAY)).await?;
    // Nor does the account move to an address they asked for and did not prove yet.
    links::replace(tx, user.id, Purpose::NewAddress, by.now()).await?;
    let address = address_of(tx, by, user, link).await?;
    let undone = json!({ "keys": keys, "factors": factors, "identities": identities, "address": address });
    audit::record(tx, by, Line::new("session.disown", "user", user.id.uuid(), user.name()).after(&undone));
    Ok(())
}

async fn keys_of(tx: &mut Tx, by: &Grant<can::ReadSelf>, user: &User, from: Timestamp) -> Result<usize> {
    let mut revoked = 0;
    for key in keys::of(tx, user.id).await?.into_iter().filter(|key| key.created_at >= from && key.revoked_at.is_none()) {
        if keys::revoke(tx, user.id, key.id, by.now()).await? {
            events::emit(tx, by, Topic::Session, "key_revoked", key.id.uuid());
            revoked += 1;
        }
    }
    Ok(revoked)
}

async fn factors_of(tx: &mut Tx, by: &Grant<can::ReadSelf>, user: &User, from: Timestamp) -> Result<usize> {
    let all = factors::list(tx, user.id).await?;
    let later: Vec<_> = all.iter().filter(|factor| factor.created_at >= from).collect();
    for factor in &later {
        factors::delete(tx, user.id, factor.id).await?;
    }
    // Whoever added a factor or asked for new codes has seen the codes.
    if factors::codes(tx, user.id).await?.made_at.is_some_and(|at| at >= from) {
        factors::delete_codes(tx, user.id).await?;
    }
    if !later.is_empty() {
        events::emit(tx, by, Topic::User, "factor_removed", user.id.uuid());
    }
    Ok(later.len())
}

/// Unlink what was linked. Whoever has no password chooses one with the link this ends with.
async fn identities_of(tx: &mut Tx, by: &Grant<can::ReadSelf>, user: &User, from: Timestamp) -> Result<usize> {
    let mut unlinked = 0;
    for linked in identities::of(tx, user.id).await?.into_iter().filter(|linked| linked.linked_at >= from) {
        if identities::delete(tx, linked.id, user.id).await? {
            unlinked += 1;
        }
    }
    if unlinked > 0 {
        events::emit(tx, by, Topic::User, "identity_unlinked", user.id.uuid());
    }
    Ok(unlinked)
}

/// Put the address back that the link was sent to, unless somebody else has it by now.
async fn address_of(tx: &mut Tx, by: &Grant<can::ReadSelf>, user: &User, link: &Link) -> Result<bool> {
    let mut person = people::find(tx, user.id).await?.ok_or(Error::NotFound("user"))?;
    if person.email_key == link.email_key || people::email_taken(tx, &link.email_key, Some(user.id)).await? {
        return Ok(false);
    }
    person.email.clone_from(&link.email_key);
    person.email_key.clone_from(&link.email_key);
    person.updated_at = by.now();
    people::update(tx, &person, true).await?;
    events::emit(tx, by, Topic::User, "updated", user.id.uuid());
    Ok(true)
}
