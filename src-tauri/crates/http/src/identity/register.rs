//! Strangers who make themselves an account, where the business wants that.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_service::App;
use purser_service::identity::register::{self, Registration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{From, Json, Public, Query};
use crate::openapi::about;
use crate::reply::{Data, NoContent, Versioned};

/// Routes of this part.
pub(super) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "identity", summary);
    ApiRouter::new().api_route(
        "/auth/register",
        get_with(look, item("getRegistration", "Whether strangers can make themselves an account"))
            .post_with(ask, item("register", "Ask for an account; everything else is in a mail")),
    )
}

/// Where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RegistrationQuery")]
struct Where {
    /// The business, as its address names it; not needed where there is one alone.
    #[serde(default)]
    tenant: Option<String>,
}

/// Whether strangers can make themselves an account.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Registration")]
struct RegistrationView {
    open: bool,
    /// Name of the business, where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    business: Option<String>,
}

impl Versioned for RegistrationView {}

async fn look(State(app): State<App>, _: Public, Query(query): Query<Where>) -> Result<Data<RegistrationView>> {
    let business = register::open(&app, short(query.tenant).as_deref()).await?.map(|tenant| tenant.name);
    Ok(Data(RegistrationView { open: business.is_some(), business }))
}

fn short(name: Option<String>) -> Option<String> {
    name.filter(|name| name.len() <= 254)
}

/// What a stranger says of themselves; nothing else is taken.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RegisterBody {
    email: String,
    password: String,
    first_name: String,
    last_name: String,
}

async fn ask(State(app): State<App>, _: Public, From(origin): From, Query(query): Query<Where>, Json(body): Json<RegisterBody>) -> Result<NoContent> {
    let RegisterBody { email, password, first_name, last_name } = body;
    register::register(&app, short(query.tenant).as_deref(), Registration { email, password, first_name, last_name }, origin).await?;
    Ok(NoContent)
}
