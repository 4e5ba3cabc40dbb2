//! The whole HTTP surface as one router, and the layers every request passes.

use std::sync::Arc;
use std::time::Duration;

use aide::axum::ApiRouter;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use purser_core::Error;
use purser_service::App;
use purser_service::identity::captcha;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::problem::Problem;
use crate::{
    access, approvals, audit, bus, carts, catalog, context, cors, coupons, credit, disputes, documents, events, files, gateways, identity, imports,
    jobs, ledger, mail, newsletters, openapi, orders, payments, people, providers, receivables, reconciliation, sagas, sandbox, search, settings,
    stats, system, tenants, timeline, views, webhooks,
};

/// What differs from one installation to the next.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names a request may be addressed to, without port. Empty: any. A loopback server names itself here, so that a web page can not
    /// reach it under a name of its own (DNS rebinding).
    pub hosts: Vec<String>,
    /// Pages of other sites that may call, as exact origins: `https://shop.example`.
    pub origins: Vec<String>,
}

/// Longest a request may take, but for streams.
const LONGEST: Duration = Duration::from_mins(1);

/// Every area's routes, with their documentation.
pub(crate) fn areas() -> ApiRouter<App> {
    ApiRouter::new()
        .merge(identity::routes())
        .merge(people::routes())
        .merge(access::routes())
        .merge(tenants::routes())
        .merge(providers::routes())
        .merge(catalog::routes())
        .merge(coupons::routes())
        .merge(credit::routes())
        .merge(carts::routes())
        .merge(orders::routes())
        .merge(payments::routes())
        .merge(gateways::routes())
        .merge(sandbox::routes())
        .merge(approvals::routes())
        .merge(disputes::routes())
        .merge(ledger::routes())
        .merge(receivables::routes())
        .merge(reconciliation::routes())
        .merge(documents::routes())
        .merge(stats::routes())
        .merge(audit::routes())
        .merge(files::routes())
        .merge(imports::routes())
        .merge(jobs::routes())
        .merge(webhooks::routes())
        .merge(sagas::routes())
        .merge(bus::routes())
        .merge(mail::routes())
        .merge(newsletters::routes())
        .merge(settings::routes())
        .merge(events::routes())
        .merge(search::routes())
        .merge(timeline::routes())
        .merge(views::routes())
        .merge(system::routes())
}

/// The router: API, documentation, health and the console's own files.
pub fn router(app: App, options: Options) -> Router {
    let uncompressed = DefaultPredicate::new().and(NotForContentType::new("text/event-stream"));
    openapi::routes()
        .merge(system::plain())
        .merge(providers::plain())
        .merge(gateways::plain())
        .merge(newsletters::plain())
        .fallback(system::console)
        .method_not_allowed_fallback(wrong_method)
        .layer(CompressionLayer::new().gzip(true).br(true).compress_when(uncompressed))
        .layer(middleware::from_fn_with_state(Arc::new(options), guard))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), secure_headers))
        .layer(middleware::from_fn_with_state(app.clone(), context::enter))
        .with_state(app)
}

async fn wrong_method() -> Response {
    let mut response = Problem(Error::NotFound("operation")).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the cause over")]
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().cloned().or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Problem(Error::internal(text.unwrap_or_else(|| "a panic".into()))).into_response()
}

/// Refuse names that are not ours, pages that are not ours, and requests that take too long.
async fn guard(State(options): State<Arc<Options>>, request: Request, next: Next) -> Response {
    let origin = cors::listed(&options.origins, request.headers());
    if let Some(refusal) = refusal(&options, &request, origin.is_some()) {
        return Problem(refusal).into_response();
    }
    if let Some(answer) = origin.as_ref().and_then(|origin| cors::preflight(&request, origin)) {
        return answer;
    }
    let mut response = within_time(request, next).await;
    if !options.origins.is_empty() {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = &origin {
        cors::allow(&mut response, origin);
    }
    response
}

async fn within_time(request: Request, next: Next) -> Response {
    if endless(request.uri().path()) {
        return next.run(request).await;
    }
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem(Error::Unavailable("too_slow", "This took too long and was stopped. Try again.".into())).into_response(),
    }
}

/// The stream of events lives as long as its page, and a large file as long as its line needs.
fn endless(path: &str) -> bool {
    path.ends_with("/events") || path.ends_with("/export") || path.ends_with("/download") || path.ends_with("/files") || path.ends_with("/imports")
}

fn refusal(options: &Options, request: &Request, listed: bool) -> Option<Error> {
    let text = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(&header::HOST).or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    let Some(host) = host else {
        // Within this process nobody says a name, and probes may not know one. Where names matter, or a page is asking, there has to be one.
        let needed = !options.hosts.is_empty() || request.headers().contains_key(header::ORIGIN);
        return needed.then(|| Error::Refused("unknown_host", "Say which server is meant with the header Host.".into()));
    };
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    if !options.hosts.is_empty() && !options.hosts.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Some(Error::Refused("unknown_host", "This server does not answer to that name.".into()));
    }
    let foreign = !listed
        && !providers::takes_forms(request.uri().path())
        && !newsletters::takes_forms(request.uri().path())
        && text(&header::ORIGIN).is_some_and(|origin| origin.split("://").nth(1) != Some(host));
    foreign.then(|| Error::Refused("foreign_origin", "Pages of other sites may not call this server.".into()))
}

/// What a page may load: our own, and the parts of the puzzles there are.
fn content_policy(sources: Vec<&'static str>) -> HeaderValue {
    let from = sources.into_iter().fold(String::new(), |from, source| from + " " + source);
    let frames = if from.is_empty() { String::new() } else { format!(" frame-src{from};") };
    let policy = format!(
        "default-src 'self'; script-src 'self'{from}; style-src 'self'{from}; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self' ipc: http://ipc.localhost{from};{frames} object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

/// Headers that tell a browser to be careful.
async fn secure_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let secure = request.extensions().get::<context::Peer>().is_some_and(|peer| peer.secure);
    let api = request.uri().path().starts_with("/api/");
    // Nobody solves a puzzle on an answer of the API.
    let policy = content_policy(if api { Vec::new() } else { captcha::sources(&app).await });
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(HeaderName::from_static("content-security-policy")).or_insert(policy);
    let mut set = |name: &'static str, value: &'static str| {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("referrer-policy", "no-referrer");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()");
    if api {
        set("cache-control", "no-store");
    }
    if secure {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    response
}
