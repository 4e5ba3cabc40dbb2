//! Handlers of identity: unpack, call, map.

use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use purser_core::access::{Grant, can};
use purser_core::ids::{SessionId, UserId};
use purser_core::{Currency, Error};
use purser_service::identity::refresh::{self, Keeper};
use purser_service::identity::setup::FirstRun;
use purser_service::identity::sign_in::{Credentials, Outcome, SignedIn};
use purser_service::identity::{authority, break_glass, sessions, setup, sign_in, tokens};
use purser_service::{App, access};
use purser_store::tenants;

use super::entrance::Entrance;
use super::views::{
    BusinessesView, ChallengeView, Delivery, EndedView, FirstStepView, LoginBody, MeView, PasswordBody, RefreshBody, SessionView, SetupBody,
    SetupView, SignedInView,
};
use crate::context::Peer;
use crate::extract::{Allowed, From, Json, OwnPage, Path, Public, RefreshCookie, refresh_cookie};
use crate::reply::{Data, Envelope, NoContent, Rows, json};
use crate::{Problem, Result};

/// A sign-in on its way out: the reply, and the refresh token where the caller wants it.
pub(crate) struct Session {
    status: StatusCode,
    view: SignedInView,
    /// The refresh token, and the value by which the browser is known again.
    cookies: Vec<String>,
}

impl Session {
    /// The same with a cookie by which the browser is known again.
    pub(crate) fn known_by(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }
}

impl IntoResponse for Session {
    fn into_response(self) -> Response {
        with_cookies(json(self.status, &Envelope::of(self.view)), self.cookies)
    }
}

fn with_cookies(mut response: Response, cookies: Vec<String>) -> Response {
    for cookie in cookies.into_iter().filter_map(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

impl aide::operation::OperationOutput for Session {
    type Inner = SignedInView;
    fn inferred_responses(
        ctx: &mut aide::generate::GenContext,
        operation: &mut aide::openapi::Operation,
    ) -> Vec<(Option<u16>, aide::openapi::Response)> {
        Data::<SignedInView>::inferred_responses(ctx, operation)
    }
}

/// Where the right password leads: in, or to a second step.
pub(crate) enum FirstStep {
    In(Box<Session>),
    Asked(ChallengeView),
    Choose(BusinessesView),
}

impl FirstStep {
    /// What a sign-in came to, as `entrance` answers it.
    pub(crate) async fn of(app: &App, outcome: Outcome, (entrance, delivery): (Entrance, Delivery)) -> Result<Self> {
        Ok(match outcome {
            Outcome::In(signed_in) => Self::In(Box::new(entrance.admit(app, *signed_in, delivery).await?)),
            Outcome::Asked(asked) => Self::Asked(ChallengeView::new(asked, app.clock.now())),
            Outcome::Choose(choice) => Self::Choose(choice.into()),
        })
    }
}

impl IntoResponse for FirstStep {
    fn into_response(self) -> Response {
        match self {
            Self::In(session) => with_cookies(json(session.status, &Envelope::of(FirstStepView::In(Box::new(session.view)))), session.cookies),
            Self::Asked(asked) => json(StatusCode::OK, &Envelope::of(FirstStepView::Asked(asked))),
            Self::Choose(choice) => json(StatusCode::OK, &Envelope::of(FirstStepView::Choose(choice))),
        }
    }
}

impl aide::operation::OperationOutput for FirstStep {
    type Inner = FirstStepView;
    fn inferred_responses(
        ctx: &mut aide::generate::GenContext,
        operation: &mut aide::openapi::Operation,
    ) -> Vec<(Option<u16>, aide::openapi::Response)> {
        Data::<FirstStepView>::inferred_responses(ctx, operation)
    }
}

/// Whether the connection is encrypted, so that the cookie may say `Secure`.
pub(crate) struct Encrypted(pub(crate) bool);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Encrypted {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self> {
        Ok(Self(parts.extensions.get::<Peer>().is_some_and(|peer| peer.secure)))
    }
}

impl aide::operation::OperationInput for Encrypted {}

fn cookie(token: &str, max_age_s: Option<i64>, secure: bool) -> String {
    let age = max_age_s.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let name = refresh_cookie(secure);
    let place = if secure { "Path=/; Secure" } else { "Path=/api/v1/auth" };
    format!("{name}={token}; HttpOnly; SameSite=Strict; {place}{age}")
}

pub(crate) async fn deliver(app: &App, signed_in: SignedIn, delivery: Delivery, secure: bool) -> Result<Session> {
    let tenant = app.db.read(signed_in.user.tenant_id, async |tx| tenants::find(tx, signed_in.user.tenant_id).await.map_err(Error::from)).await?;
    let tenant = tenant.ok_or(Error::NotFound("tenant"))?;
    let duty = authority::duty(app, &signed_in.user, signed_in.session).await?;
    // Without "remember me" the cookie goes when the browser closes.
    let max_age_s = signed_in.remembered.then(|| signed_in.refresh_expires_at.since(app.clock.now()) / purser_core::time::SECOND);
    let in_body = delivery == Delivery::Body;
    Ok(Session {
        status: StatusCode::OK,
        cookies: (!in_body).then(|| cookie(&signed_in.refresh_token, max_age_s, secure)).into_iter().collect(),
        view: SignedInView {
            access_token: signed_in.access_token,
            token_type: "Bearer",
            expires_in: tokens::ACCESS_LIFE / purser_core::time::SECOND,
            user: MeView::new(&signed_in.user, &tenant, (access::held(app, &signed_in.user).await?, None, duty))
                .ringing(break_glass::alarm(app, tenant.id).await?),
            refresh_token: in_body.then_some(signed_in.refresh_token),
            backup_codes: signed_in.backup_codes,
            backup_codes_left: signed_in.backup_left,
        },
    })
}

pub(crate) async fn setup_needed(State(app): State<App>, _: Public) -> Result<Data<SetupView>> {
    Ok(Data(SetupView { needed: setup::needed(&app).await? }))
}

pub(crate) async fn set_up(
    State(app): State<App>,
    _: Public,
    From(origin): From,
    Encrypted(secure): Encrypted,
    Json(body): Json<SetupBody>,
) -> Result<Session> {
    let first = FirstRun {
        tenant_name: body.tenant_name,
        first_name: body.first_name,
        last_name: body.last_name,
        email: body.email,
        password: body.password,
        currency: body.currency.unwrap_or(Currency::EUR),
    };
    let signed_in = setup::run(&app, first, body.demo.is_some(), origin).await?;
    let session = deliver(&app, signed_in, body.token_delivery, secure).await?;
    Ok(Session { status: StatusCode::CREATED, ..session })
}

pub(crate) async fn login(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<LoginBody>) -> Result<FirstStep> {
    let LoginBody { email, password, remember_me: remember, captcha_token: captcha, business, token_delivery } = body;
    let credentials = Credentials { email, password, remember, captcha, business };
    let outcome = sign_in::sign_in(&app, credentials, entrance.origin(token_delivery)).await?;
    FirstStep::of(&app, outcome, (entrance, token_delivery)).await
}

/// The body of a refresh may be left out altogether: a browser has nothing to say in it.
pub(crate) struct MaybeBody(RefreshBody);

impl<S: Send + Sync> FromRequest<S> for MaybeBody {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let empty = request.headers().get(header::CONTENT_TYPE).is_none();
        if empty { Ok(Self(RefreshBody::default())) } else { Json::<RefreshBody>::from_request(request, state).await.map(|Json(body)| Self(body)) }
    }
}

impl aide::operation::OperationInput for MaybeBody {
    fn operation_input(ctx: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        Json::<RefreshBody>::operation_input(ctx, operation);
        if let Some(aide::openapi::ReferenceOr::Item(body)) = &mut operation.request_body {
            body.required = false;
        }
    }
}

pub(crate) async fn refresh(
    State(app): State<App>,
    _: Public,
    (From(origin), Encrypted(secure), RefreshCookie(kept), OwnPage(ours)): (From, Encrypted, RefreshCookie, OwnPage),
    MaybeBody(body): MaybeBody,
) -> Result<Session> {
    let missing = || Error::Unauthenticated("not_signed_in", "Sign in first.".into());
    if body.refresh_token.is_none() && kept.is_some() && !ours {
        return Err(Error::Refused("csrf", "A cookie alone is not enough: this has to come from a page of this server.".into()).into());
    }
    // What a page sends itself it read from somewhere; only what the browser alone keeps is a browser's.
    let keeper = if body.refresh_token.is_some() { Keeper::Client } else { Keeper::Browser };
    let token = body.refresh_token.or(kept).ok_or_else(missing)?;
    let signed_in = refresh::exchange(&app, &token, (keeper, origin)).await?;
    deliver(&app, signed_in, body.token_delivery, secure).await
}

/// 204, and the cookie is taken back.
pub(crate) struct SignedOut {
    secure: bool,
}

impl IntoResponse for SignedOut {
    fn into_response(self) -> Response {
        let mut response = NoContent.into_response();
        if let Ok(value) = HeaderValue::from_str(&cookie("", Some(0), self.secure)) {
            response.headers_mut().insert(header::SET_COOKIE, value);
        }
        response
    }
}

impl aide::operation::OperationOutput for SignedOut {
    type Inner = ();
    fn inferred_responses(
        ctx: &mut aide::generate::GenContext,
        operation: &mut aide::openapi::Operation,
    ) -> Vec<(Option<u16>, aide::openapi::Response)> {
        NoContent::inferred_responses(ctx, operation)
    }
}

pub(crate) async fn logout(State(app): State<App>, Encrypted(secure): Encrypted, Allowed(by): Allowed<can::ReadSelf>) -> Result<SignedOut> {
    sessions::sign_out(&app, &by).await?;
    Ok(SignedOut { secure })
}

pub(crate) async fn me(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<MeView>> {
    Ok(Data(myself(&app, &by).await?))
}

/// Who is asking, as they stand.
pub(super) async fn myself(app: &App, by: &Grant<can::ReadSelf>) -> Result<MeView> {
    let (user, tenant, asked) = sessions::me(app, by).await?;
    let me = MeView::new(&user, &tenant, (by.actor().held, by.actor().acting.as_ref(), by.actor().assurance.first));
    Ok(me.moving_to(asked).ringing(break_glass::alarm(app, by.tenant()).await?))
}

pub(crate) async fn change_password(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    Json(body): Json<PasswordBody>,
) -> Result<NoContent> {
    sessions::change_password(&app, &by, body.current_password, body.new_password).await?;
    Ok(NoContent)
}

pub(crate) async fn own_sessions(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Rows<SessionView>> {
    let (list, current) = sessions::list_own(&app, &by).await?;
    Ok(Rows::whole(list.into_iter().map(|session| SessionView::new(session, Some(current))).collect()))
}

pub(crate) async fn end_own_session(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Path(id): Path<SessionId>) -> Result<NoContent> {
    sessions::end_own(&app, &by, id).await?;
    Ok(NoContent)
}

pub(crate) async fn end_other_sessions(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<EndedView>> {
    Ok(Data(EndedView { ended: sessions::end_others(&app, &by).await? }))
}

pub(crate) async fn end_sessions_of(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageSession>,
    Path(user): Path<UserId>,
) -> Result<Data<EndedView>> {
    Ok(Data(EndedView { ended: sessions::end_all_of(&app, &by, user).await? }))
}

pub(crate) async fn sessions_of(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageSession>,
    Path(user): Path<UserId>,
) -> Result<Rows<SessionView>> {
    let list = sessions::list_of(&app, &by, user).await?;
    Ok(Rows::whole(list.into_iter().map(|session| SessionView::new(session, None)).collect()))
}

pub(crate) async fn end_session_of(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageSession>,
    Path((user, id)): Path<(UserId, SessionId)>,
) -> Result<NoContent> {
    sessions::end_of(&app, &by, user, id).await?;
    Ok(NoContent)
}

/// The public keys that check access tokens (RFC 7517).
pub(crate) async fn keys(State(app): State<App>) -> Response {
    json(StatusCode::OK, &serde_json::json!({ "keys": app.tokens.published() }))
}
