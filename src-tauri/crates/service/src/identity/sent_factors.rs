//! Adding a factor codes are sent to: one's own e-mail address, or a telephone that takes text messages.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ids::FactorId;
use purser_core::mail::Channel;
use purser_core::{Error, Result};
use purser_store::factors::{self as store, Factor};
use purser_store::{sessions, users};

use super::codes::{self, Sent};
use super::factors::{self, MOST, PATIENCE};
use super::sessions::own;
use super::{lockout, step_up};
use crate::App;

/// A number as the network takes it: a plus and 8 to 15 digits, the country's first.
fn number(text: &str) -> Result<String> {
    let plain: String = text.chars().filter(|sign| !matches!(sign, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let digits = plain.strip_prefix('+').unwrap_or_default();
    let good = (8..=15).contains(&digits.len()) && digits.bytes().all(|sign| sign.is_ascii_digit()) && !digits.starts_with('0');
    Checks::new().that(good, "phone", "phone", "Write the number with its country, such as +49 30 1234567.").done()?;
    Ok(plain)
}

/// Begin to add: a code is sent, and confirming with it makes the factor count. Whoever has a factor proves it first.
pub async fn begin(app: &App, by: &Grant<can::ReadSelf>, channel: Channel, phone: Option<&str>) -> Result<Sent> {
    let (id, _) = own(by)?;
    step_up::check_self(by)?;
    let phone = match channel {
        Channel::Email => None,
        Channel::Sms if !app.mail.texts() => return Err(Error::conflict("no_text_messages", "This installation sends no text messages.")),
        Channel::Sms => Some(number(phone.unwrap_or_default())?),
    };
    let kind = codes::kind(channel);
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            let address = phone.unwrap_or_else(|| user.email.clone());
            store::delete_pending(tx, id, kind).await?;
            let known = store::list(tx, id).await?;
            if known.iter().any(|factor| factor.kind == kind) {
                return Err(Error::conflict("have_one", "There is one of this kind already. Take it away first."));
            }
            if known.len() >= MOST {
                return Err(Error::conflict("too_many_factors", format!("At most {MOST} factors. Take one away first.")));
            }
            let new: FactorId = by.id();
            let factor = Factor {
                id: new,
                tenant_id: by.tenant(),
                user_id: id,
                kind,
                name: match channel {
                    Channel::Email => "E-mail".to_owned(),
                    Channel::Sms => "Text message".to_owned(),
                },
                secret: app.seal.seal(&factors::place(new), address.as_bytes())?,
                credential: None,
                last_step: None,
                created_at: by.now(),
                confirmed_at: None,
                last_used_at: None,
            };
            store::insert(tx, &factor).await?;
            codes::send(tx, app, by, &user, (channel, &address, new.uuid())).await
        })
        .await
}

/// Confirm with the code that was sent. `Some` are the backup codes, made with the first factor and never shown again.
pub async fn confirm(app: &App, by: &Grant<can::ReadSelf>, channel: Channel, code: &str) -> Result<Option<Vec<String>>> {
    let (id, session) = own(by)?;
    let kind = codes::kind(channel);
    let outcome = app
        .db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            lockout::refuse_factor(tx, id, by.now()).await?;
            let known = store::list(tx, id).await?;
            let pending = known.iter().find(|factor| factor.kind == kind && factor.confirmed_at.is_none());
            let Some(pending) = pending.filter(|factor| by.now().since(factor.created_at) <= PATIENCE) else {
                return Err(Error::conflict("nothing_to_confirm", "Nothing waits to be confirmed. Begin again."));
            };
            if !codes::check(tx, app, &user, (channel, pending.id.uuid()), code).await? || !store::confirm(tx, pending.id, by.now(), None).await? {
                factors::failed(tx, app, &user, by.origin(), kind.into()).await?;
                return Ok(None);
            }
            let made = if store::codes(tx, id).await?.remaining > 0 { None } else { Some(factors::new_codes(tx, app, id).await?) };
            sessions::prove(tx, session, by.now()).await?;
            // Whoever was in without a second factor is out.
            sessions::end_all(tx, id, Some(session), by.now(), "factor_added").await?;
            factors::added(tx, by, &user, (kind, &pending.name)).await?;
            Ok::<_, Error>(Some(made))
        })
        .await?;
    outcome.ok_or_else(factors::wrong_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_country() {
        assert_eq!(number("+47 (555) 123-45").unwrap(), "+4755512345");
        for bad in ["", "55512345", "+0 555 123 45", "+4712", "+47 555 123 45 678 901", "+47 x555 12345"] {
            assert!(number(bad).is_err(), "{bad}");
        }
    }
}
