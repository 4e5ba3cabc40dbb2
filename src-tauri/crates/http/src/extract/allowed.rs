//! Who is asking, and the proof that they may.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aide::generate::GenContext;
use aide::openapi::Operation;
use aide::operation::OperationInput;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use purser_core::access::{Actor, Grant, Origin, Right, Scoped, can};
use purser_core::{Error, Permission};
use purser_service::App;
use purser_service::identity::{authority, keys};

use crate::Problem;
use crate::context::Context;

/// The caller holds the permission `P`. Answers 401 or 403 otherwise, and writes itself into the OpenAPI document.
pub(crate) struct Allowed<P>(pub(crate) Grant<P>);

/// The caller holds the permission `P`, over everything or over what is their own. Answers 401 or 403 otherwise.
pub(crate) struct AllowedOwn<P>(pub(crate) Scoped<P>);

/// The caller holds the permission `P`, over everything or over what is their own, or `Q` over everything. Answers 401 or 403 otherwise.
pub(crate) struct AllowedEither<P, Q>(pub(crate) Scoped<P>, pub(crate) PhantomData<Q>);

/// The caller as they stand, acting as another or not: to end exactly that.
pub(crate) struct Behind(pub(crate) Grant<can::ReadSelf>);

/// Anybody may call this. Listed in one test, so that nothing becomes public by accident.
pub(crate) struct Public;

/// Where the call comes from.
pub(crate) struct From(pub(crate) Arc<Origin>);

/// What can be done while something else has to be done first: that itself, finding out, and leaving.
const BEFORE: [&str; 9] = [
    "/api/v1/auth/me",
    "/api/v1/auth/password",
    "/api/v1/auth/logout",
    "/api/v1/auth/email/send",
    "/api/v1/auth/step-up",
    "/api/v1/auth/step-up/passkey/begin",
    "/api/v1/auth/step-up/passkey",
    "/api/v1/auth/impersonation",
    "/api/v1/auth/step-up/send",
];

fn context(parts: &Parts) -> Result<Arc<Context>, Problem> {
    parts.extensions.get::<Arc<Context>>().cloned().ok_or_else(|| Problem(Error::internal("a request without a context")))
}

async fn actor(parts: &Parts, app: &App, context: &Context) -> Result<Arc<Actor>, Problem> {
    let missing = || Problem(Error::Unauthenticated("not_signed_in", "Sign in first.".into()));
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let token = match (text(header::AUTHORIZATION.as_str()), text("x-api-key")) {
        (Some(value), None) => {
            let (scheme, token) = value.split_once(' ').ok_or_else(missing)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(missing());
            }
            token.trim()
        }
        (None, Some(key)) if key.starts_with(keys::MARK) => key.trim(),
        (None, Some(_)) => return Err(Problem(Error::Unauthenticated("bad_key", "There is no such API key.".into()))),
        _ => return Err(missing()),
    };
    if token.starts_with(keys::MARK) {
        let actor = keys::actor(app, token, &context.origin, context.now).await?;
        if let Some(owner) = actor.user() {
            context.who.get_or_init(|| owner);
        }
        return Ok(actor);
    }
    let claims = app.tokens.check(&app.db, token, context.now).await?;
    context.who.get_or_init(|| claims.sub);
    let actor = authority::actor(app, &claims, context.now).await?;
    context.unproved.store(actor.assurance.unproved, Ordering::Relaxed);
    if let Some(duty) = actor.assurance.first.filter(|_| !BEFORE.contains(&context.path.as_str())) {
        return Err(Problem(duty.refusal()));
    }
    Ok(actor)
}

/// Who acts as another person looks and does not touch, unless it was asked for; and never touches what is the other's own affair.
fn hands_off<P: Right>(parts: &Parts, actor: &Actor) -> Result<(), Problem> {
    let Some(acting) = actor.acting.as_ref().filter(|_| !parts.method.is_safe()) else { return Ok(()) };
    if !acting.writes {
        let message = "You are looking at this as another person; nothing can be changed meanwhile.";
        return Err(Problem(Error::Refused("read_only", message.into())));
    }
    if matches!(P::PERMISSION, Permission::ReadSelf | Permission::ImpersonateUser | Permission::CreateKey) {
        let message = "Only the person themselves can do this. Stop acting as them first.";
        return Err(Problem(Error::Refused("not_while_impersonating", message.into())));
    }
    Ok(())
}

impl FromRequestParts<App> for Behind {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let context = context(parts)?;
        let actor = actor(parts, app, &context).await?;
        Ok(Self(Grant::of(actor, context.origin.clone(), context.now, &app.ids)?))
    }
}

impl OperationInput for Behind {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Allowed::<can::ReadSelf>::operation_input(context, operation);
    }
}

impl<P: Right> FromRequestParts<App> for Allowed<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let context = context(parts)?;
        let actor = actor(parts, app, &context).await?;
        hands_off::<P>(parts, &actor)?;
        Ok(Self(Grant::of(actor, context.origin.clone(), context.now, &app.ids)?))
    }
}

impl<P: Right> FromRequestParts<App> for AllowedOwn<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let context = context(parts)?;
        let actor = actor(parts, app, &context).await?;
        hands_off::<P>(parts, &actor)?;
        Ok(Self(Scoped::of(actor, context.origin.clone(), context.now, &app.ids)?))
    }
}

impl<P: Right, Q: Right> FromRequestParts<App> for AllowedEither<P, Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let context = context(parts)?;
        let actor = actor(parts, app, &context).await?;
        hands_off::<P>(parts, &actor)?;
        Ok(Self(Scoped::either::<Q>(actor, context.origin.clone(), context.now, &app.ids)?, PhantomData))
    }
}

impl<P: Right, Q: Right> OperationInput for AllowedEither<P, Q> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        AllowedOwn::<P>::operation_input(context, operation);
        operation.extensions.insert("x-permission-or".into(), Q::PERMISSION.as_str().into());
        let note = format!("`{}` is enough as well.", Q::PERMISSION);
        operation.description = operation.description.take().map(|text| format!("{text} {note}"));
    }
}

impl<P: Right> OperationInput for AllowedOwn<P> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Allowed::<P>::operation_input(context, operation);
        operation.extensions.insert("x-permission-own".into(), true.into());
    }
}

impl<P: Right> OperationInput for Allowed<P> {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let permission = P::PERMISSION.as_str();
        operation.extensions.insert("x-permission".into(), permission.into());
        operation.security = vec![[("bearer".to_owned(), Vec::new())].into_iter().collect()];
        let note = format!("Needs the permission `{permission}`.");
        operation.description = Some(match operation.description.take() {
            Some(text) => format!("{text}\n\n{note}"),
            None => note,
        });
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Public {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl OperationInput for Public {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        operation.extensions.insert("x-permission".into(), "public".into());
    }
}

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(context(parts)?.origin.clone()))
    }
}

impl OperationInput for From {}
