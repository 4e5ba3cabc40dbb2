//! Who tried to sign in, and which accounts are locked for it. Use cases are in `purser_service::identity::history`.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::identity::{Outcome, Risk};
use purser_core::ids::UserId;
use purser_service::App;
use purser_service::identity::history::{self, Standing};
use purser_store::sign_ins::{Filter, SignIn};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Data, Rows, Versioned};
use purser_core::device::words as device;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/sign-ins", get_with(list, about("listSignIns", "identity", "Attempts to sign in, newest first")))
        .api_route("/users/{id}/sign-ins", get_with(list_of, about("listUserSignIns", "identity", "Attempts to sign in to one account")))
        .api_route("/users/{id}/lockout", get_with(standing, about("getLockout", "identity", "Whether too many failures have locked an account")))
}

list_query! {
    /// Which attempts.
    SignInsQuery {
        /// On any of these accounts.
        user_id: Any<UserId>,
        /// How they ended.
        outcome: Any<Outcome>,
        /// From any of these addresses.
        ip: Any<String>,
        /// From any of these places: the two letters of a country, `here` or `private`.
        place: Any<String>,
        /// With any of these things worth knowing.
        risk: Any<Risk>,
        /// At or after this instant.
        from: Option<When>,
        /// Before this instant.
        to: Option<When>,
    }
}

list_query! {
    /// Which page.
    PageQuery {}
}

/// An attempt to sign in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SignIn")]
struct SignInView {
    id: Uuid,
    at: Timestamp,
    outcome: String,
    /// Why it was refused: `wrong_password`, `unknown_account`, `not_active`, `locked`, `wrong_code`,
    /// `wrong_passkey`, `copied_passkey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What was shown: `password`, `totp`, `backup`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Whose account, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<WhoView>,
    /// The address as typed, where it looked like one.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// The device in words, as far as the client program tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// Whether the person was never seen with this client program before.
    new_device: bool,
    /// Where the network of the address is registered: the two letters of a country, `here` for this computer, `private` for a private network.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// What is worth knowing of it.
    risks: Vec<Risk>,
}

/// Somebody an attempt was about.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SignInUser")]
struct WhoView {
    id: Uuid,
    name: String,
}

impl From<SignIn> for SignInView {
    fn from(row: SignIn) -> Self {
        let name = |first: Option<String>, last: Option<String>| format!("{} {}", first.unwrap_or_default(), last.unwrap_or_default());
        Self {
            id: row.id,
            at: row.at,
            outcome: row.outcome,
            reason: row.reason,
            method: row.method,
            user: row.user_id.map(|id| WhoView { id, name: name(row.first_name, row.last_name).trim().to_owned() }),
            email: row.email,
            ip: row.ip,
            device: row.user_agent.as_deref().map(device),
            new_device: row.new_device,
            place: row.place,
            risks: row.risks.list(),
        }
    }
}

/// What too many failures have locked.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Lockout")]
struct LockoutView {
    /// Whether anything is locked at this moment.
    locked: bool,
    /// Until when the password is refused, from one of the addresses below at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_until: Option<Timestamp>,
    /// Until when second factors are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    factors_locked_until: Option<Timestamp>,
    addresses: Vec<AddressView>,
}

/// Failures from one address.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LockoutAddress")]
struct AddressView {
    /// The address; `null` counts everywhere together.
    address: Option<String>,
    failures: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_until: Option<Timestamp>,
    last_failure_at: Timestamp,
}

impl From<Standing> for LockoutView {
    fn from(standing: Standing) -> Self {
        let addresses = standing.entries.into_iter().map(|row| AddressView {
            address: Some(row.address).filter(|address| !address.is_empty()),
            failures: row.failures,
            locked_until: row.locked_until,
            last_failure_at: row.updated_at,
        });
        Self {
            locked: standing.locked_until.is_some() || standing.factors_locked_until.is_some(),
            locked_until: standing.locked_until,
            factors_locked_until: standing.factors_locked_until,
            addresses: addresses.collect(),
        }
    }
}

impl Versioned for LockoutView {}

async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadSignIn>, Query(query): Query<SignInsQuery>) -> Result<Rows<SignInView>> {
    let page = query.page()?;
    let filter = Filter {
        users: query.user_id.0.clone(),
        outcomes: query.outcome.0.clone(),
        ips: query.ip.0.clone(),
        places: query.place.0.clone(),
        risks: query.risk.0.clone(),
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        search: query.search().map(str::to_owned),
    };
    let (listing, total) = history::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(SignInView::from), &page, total))
}

async fn list_of(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSignIn>,
    Path(id): Path<UserId>,
    Query(query): Query<PageQuery>,
) -> Result<Rows<SignInView>> {
    let page = query.page()?;
    let (listing, total) = history::list_of(&app, &by, (id, query.search()), &page).await?;
    Ok(Rows::page(listing.map(SignInView::from), &page, total))
}

async fn standing(State(app): State<App>, Allowed(by): Allowed<can::ReadSignIn>, Path(id): Path<UserId>) -> Result<Data<LockoutView>> {
    Ok(Data(history::standing(&app, &by, id).await?.into()))
}
