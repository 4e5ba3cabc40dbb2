//! The way to a provider and back.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use purser_core::access::can;
use purser_core::ids::ProviderId;
use purser_core::providers::Kind;
use purser_core::time::SECOND;
use purser_core::{Error, Timestamp};
use purser_service::App;
use purser_service::providers::{self, Arrival, Back, Begun, Button, Native, Start};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::extract::{self, Allowed, Json, OptionalJson, Path, Public, Query, TravelCookie, travel_cookie};
use crate::identity::{Delivery, Encrypted, Entrance, FirstStep};
use crate::reply::{Envelope, Rows, Versioned, documented, json};
use crate::{Problem, Result};

/// Whose ways.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ButtonsQuery {
    /// The address somebody wants to sign in with: ways for its domain.
    #[serde(default)]
    email: Option<String>,
    /// The short name of the business.
    #[serde(default)]
    tenant: Option<String>,
}

/// A way to sign in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SignInProvider")]
pub(super) struct ButtonView {
    id: ProviderId,
    /// What its button says.
    name: String,
    kind: Kind,
}

impl From<Button> for ButtonView {
    fn from(button: Button) -> Self {
        Self { id: button.id, name: button.name, kind: button.kind }
    }
}

pub(super) async fn buttons(State(app): State<App>, _: Public, Query(query): Query<ButtonsQuery>) -> Result<Rows<ButtonView>> {
    let short = |text: Option<String>| text.filter(|text| text.len() <= 254);
    let found = providers::buttons(&app, short(query.email).as_deref(), short(query.tenant).as_deref()).await?;
    Ok(Rows::whole(found.into_iter().map(ButtonView::from).collect()))
}

/// A program that waits for the outcome at a loopback port (RFC 8252).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NativeProgram")]
pub(super) struct NativeBody {
    /// Its port.
    port: u16,
    /// SHA-256, base64url, of the verifier it will show to collect the outcome.
    challenge: String,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ProviderStart")]
pub(super) struct StartBody {
    /// Stay signed in for 30 days rather than 7.
    #[serde(default)]
    remember_me: bool,
    /// For a program rather than a browser.
    #[serde(default)]
    native: Option<NativeBody>,
}

impl StartBody {
    fn of(self, provider: ProviderId) -> Start {
        let native = self.native.map(|native| Native { port: native.port, challenge: native.challenge });
        Start { provider, remember: self.remember_me, native }
    }
}

/// Where to send the person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ProviderStarted")]
pub(crate) struct StartedView {
    /// The provider's page.
    url: String,
    /// Seconds until it is over.
    expires_in: i64,
}

impl Versioned for StartedView {}

/// The same, with a cookie that only the browser that began has.
pub(crate) struct Started {
    view: StartedView,
    cookie: Option<String>,
}

impl Started {
    fn new(begun: Begun, now: Timestamp, secure: bool) -> Self {
        let expires_in = begun.expires_at.since(now) / SECOND;
        let cookie = begun.kept.map(|kept| cookie(&kept, expires_in, secure));
        Self { view: StartedView { url: begun.url, expires_in }, cookie }
    }
}

fn cookie(kept: &str, age: i64, secure: bool) -> String {
    let place = if secure { "Path=/; Secure" } else { "Path=/api/v1/auth" };
    format!("{}={kept}; HttpOnly; SameSite=Strict; {place}; Max-Age={age}", travel_cookie(secure))
}

impl IntoResponse for Started {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::OK, &Envelope::of(self.view));
        if let Some(cookie) = self.cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

impl aide::operation::OperationOutput for Started {
    type Inner = StartedView;
    fn inferred_responses(ctx: &mut aide::generate::GenContext, _: &mut aide::openapi::Operation) -> Vec<(Option<u16>, aide::openapi::Response)> {
        documented::<Envelope<StartedView>>(ctx, 200, "Done")
    }
}

pub(super) async fn start(
    State(app): State<App>,
    _: Public,
    (extract::From(origin), Encrypted(secure)): (extract::From, Encrypted),
    Path(id): Path<ProviderId>,
    OptionalJson(body): OptionalJson<StartBody>,
) -> Result<Started> {
    let begun = providers::start(&app, body.of(id), origin).await?;
    Ok(Started::new(begun, app.clock.now(), secure))
}

pub(super) async fn link(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    Encrypted(secure): Encrypted,
    Path(id): Path<ProviderId>,
    OptionalJson(body): OptionalJson<StartBody>,
) -> Result<Started> {
    let begun = providers::link(&app, &by, body.of(id)).await?;
    Ok(Started::new(begun, app.clock.now(), secure))
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ProviderFinish")]
pub(super) struct FinishBody {
    /// What came back behind `#code=`.
    code: String,
    /// For a program: what its challenge was made of.
    #[serde(default)]
    verifier: Option<String>,
    /// Where the refresh token goes.
    #[serde(default)]
    token_delivery: Delivery,
}

pub(super) async fn finish(
    State(app): State<App>,
    _: Public,
    entrance: Entrance,
    TravelCookie(kept): TravelCookie,
    Json(body): Json<FinishBody>,
) -> Result<FirstStep> {
    let shown = body.verifier.or(kept);
    let outcome = providers::finish(&app, &body.code, shown.as_deref(), entrance.origin(body.token_delivery)).await?;
    FirstStep::of(&app, outcome, (entrance, body.token_delivery)).await
}

/// What is read of what a provider sends along.
pub(super) fn arrival(text: &[u8]) -> Arrival {
    let mut arrival = Arrival::default();
    for (name, value) in form_urlencoded::parse(text) {
        let place = match name.as_ref() {
            "state" => &mut arrival.state,
            "code" => &mut arrival.code,
            "error" => &mut arrival.error,
            "iss" => &mut arrival.issuer,
            "user" => &mut arrival.user,
            _ => continue,
        };
        // Said twice is said by two: the first counts.
        place.get_or_insert_with(|| value.into_owned());
    }
    arrival
}

/// A browser goes on to the page; a program that is no browser hears what is wrong.
pub(super) fn go_on(back: Back, headers: &HeaderMap) -> Response {
    let browser = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    match (back.error, HeaderValue::from_str(&back.url)) {
        (Some(error), _) if !browser => Problem(error).into_response(),
        (_, Ok(url)) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
        (_, Err(error)) => Problem(Error::Internal(Box::new(error))).into_response(),
    }
}

pub(super) async fn came_back(
    State(app): State<App>,
    extract::From(origin): extract::From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let arrival = arrival(query.unwrap_or_default().as_bytes());
    go_on(providers::come_back(&app, arrival, origin).await, &headers)
}

pub(super) async fn came_back_by_form(
    State(app): State<App>,
    extract::From(origin): extract::From,
    headers: HeaderMap,
    extract::Form(body): extract::Form,
) -> Response {
    go_on(providers::come_back(&app, arrival(&body), origin).await, &headers)
}
